"""Starts Python processes by forking one that has imported what they all need: `python -m deploy.devstack.nursery`.

Seven processes that each import the same libraries cost twenty seconds of one core and half a gigabyte; forked ones
cost the imports once and share their memory. Each child is otherwise its own process, as `python -m` would make it.

In: one JSON line per child to start ({number, module, arguments, env, log}). Out: {number, pid}, then {number, code}.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import sys
from pathlib import Path
from typing import Any

from deploy.devstack.processes import dies_with_parent, name_process

PRELOADED = ("shared.run", "uvicorn.protocols.http.httptools_impl", "uvicorn.lifespan.on", "aiohttp", "httpx2", "yaml")


def _become(asked: dict[str, Any], arrange: Any) -> int:
    """In the child: turns into `python -m module arguments`, with its own session, environment and log."""
    os.setsid()
    arrange()
    for sign in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.default_int_handler if sign == signal.SIGINT else signal.SIG_DFL)
    # As in any Python process: who writes to a peer that has gone gets an error, and lives.
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.set_wakeup_fd(-1)
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.closerange(3, 64)
    os.environ.clear()
    os.environ.update(asked["env"])
    sys.stdin = open(0)  # noqa: SIM115 - the old one read the nursery's orders
    sys.argv = [asked["module"], *asked["arguments"]]
    name_process(asked["name"])
    try:
        runpy.run_module(asked["module"], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
        return end.code if isinstance(end.code, int) else 1 if end.code else 0
    return 0


def _birth(asked: dict[str, Any]) -> int:
    arrange = dies_with_parent(signal.SIGKILL)
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        code = _become(asked, arrange)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(BaseException):
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _bury(numbers: dict[int, int]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _say({"number": numbers.pop(pid), "code": os.waitstatus_to_exitcode(status)})


def _say(told: dict[str, int]) -> None:
    os.write(1, json.dumps(told).encode() + b"\n")


def main() -> int:
    for module in PRELOADED:
        importlib.import_module(module)
    del sys.modules["shared.run"]  # run_module executes it anew in each child
    gc.collect()
    gc.freeze()  # the collector of a child must not touch, and so copy, what was imported here
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    numbers: dict[int, int] = {}
    orders = b""
    while True:
        readable, _, _ = select.select([0, woken], [], [])
        if woken in readable:
            os.read(woken, 4096)
            _bury(numbers)
        if 0 in readable:
            more = os.read(0, 1 << 16)
            if not more:
                return 0  # our supervisor is gone, and with us our children
            *lines, orders = (orders + more).split(b"\n")
            for line in lines:
                asked = json.loads(line)
                pid = _birth(asked)
                numbers[pid] = asked["number"]
                _say({"number": asked["number"], "pid": pid})


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    sys.exit(main())
