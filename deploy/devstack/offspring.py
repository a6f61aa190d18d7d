"""Our end of the nursery: asks for processes, and knows of each whether it lives and how it ended."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.devstack.layout import CHECKOUT
from deploy.devstack.processes import end, spawn

_SECONDS_TO_BEAR = 60


class NurseryEndedError(RuntimeError):
    """The nursery ended; its log says why."""


class Offspring:
    """One process. Like a `Popen`, but its parent is the nursery."""

    def __init__(self, nursery: "Nursery", number: int) -> None:
        self.pid = 0
        self.returncode: int | None = None
        self._nursery = nursery
        self.number = number

    def poll(self) -> int | None:
        self._nursery.listen(0)
        return self.returncode

    def send_signal(self, sign: signal.Signals) -> None:
        if self.poll() is None:
            try:
                os.kill(self.pid, sign)
            except ProcessLookupError:
                return


class Nursery:
    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._heard = b""
        self._all: dict[int, Offspring] = {}
        self._last = 0

    def start(self) -> None:
        """Returns at once, the imports go on meanwhile. Its children live as long as the thread that calls this."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._process = spawn(
            [sys.executable, "-m", "deploy.devstack.nursery"], self._log, cwd=CHECKOUT, talks=True, env=os.environ
        )

    def stop(self) -> None:
        """Its children end with it."""
        if self._process:
            end(self._process, signal.SIGKILL, 5)
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    pipe.close()
            self._process = None

    def bear(self, name: str, module: str, arguments: Sequence[str], env: Mapping[str, str], log: Path) -> Offspring:
        """Starts `python -m module arguments`; returns when it has a process id."""
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self.start()
        assert self._process
        assert self._process.stdin
        self._last += 1
        child = self._all[self._last] = Offspring(self, self._last)
        asked = {"number": self._last, "name": name, "module": module, "log": str(log)}
        asked |= {"arguments": list(arguments), "env": dict(env)}
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        self._process.stdin.flush()
        while not child.pid:
            if not self.listen(_SECONDS_TO_BEAR) or child.returncode is not None:
                last = self._log.read_text(errors="replace").strip().splitlines()[-1:]
                raise NurseryEndedError(f"{name} was not started; the log is {self._log}, last line: {' '.join(last)}")
        return child

    def listen(self, seconds: float) -> bool:
        """Takes in what the nursery says; False when it said nothing for so long."""
        if self._process is None or self._process.stdout is None:
            return False
        heard_any = False
        pipe = self._process.stdout.fileno()
        while select.select([pipe], [], [], 0 if heard_any else seconds)[0]:
            heard = os.read(pipe, 1 << 16)
            if not heard:  # it ended, and all that it had borne
                for child in self._all.values():
                    child.returncode = -signal.SIGKILL if child.returncode is None else child.returncode
                self._all.clear()
                return heard_any
            heard_any = True
            *lines, self._heard = (self._heard + heard).split(b"\n")
            for line in lines:
                self._note(json.loads(line))
        return heard_any

    def _note(self, told: dict[str, int]) -> None:
        child = self._all[told["number"]]
        child.pid = told.get("pid", child.pid)
        if "code" in told:
            child.returncode = told["code"]
            del self._all[told["number"]]
