"""Children of the nursery and their supervisor: environment, logs, exit codes, restarts, and no survivors."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.devstack.layout import Layout
from deploy.devstack.offspring import Nursery, Offspring
from deploy.devstack.processes import free_port, wait_until
from deploy.devstack.supervisor import Child, ChildFailedError


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    nursery = Nursery(tmp_path_factory.mktemp("nursery") / "nursery.log")
    nursery.start()
    yield nursery
    nursery.stop()


def bear(nursery: Nursery, folder: Path, code: str, **env: str) -> Offspring:
    """A child that runs this code."""
    written = folder / f"child_code_{len(list(folder.glob('child_code_*')))}.py"
    written.write_text(code)
    environment = {"PATH": os.environ["PATH"]} | env
    command = ("deploy.devstack.tests.run_file", [str(written)])
    return nursery.bear("child", *command, environment, folder / "log")


def test_a_child_has_its_own_environment_log_and_exit_code(nursery: Nursery, tmp_path: Path):
    told = "import os, json; print(json.dumps([dict(os.environ), os.getpid() == os.getsid(0)])); raise SystemExit(7)"
    child = bear(nursery, tmp_path, told, MINE="yes")
    assert wait_until(lambda: child.poll() is not None, 10)
    assert child.returncode == 7
    environment, leads_its_session = json.loads((tmp_path / "log").read_text())
    assert environment["MINE"] == "yes"
    assert "HOME" not in environment
    assert leads_its_session


def test_an_error_of_a_child_stands_in_its_log(nursery: Nursery, tmp_path: Path):
    child = bear(nursery, tmp_path, "raise LookupError('no such listing')")
    assert wait_until(lambda: child.poll() is not None, 10)
    assert child.returncode == 1
    assert "LookupError: no such listing" in (tmp_path / "log").read_text()


def test_children_do_not_share_their_randomness(nursery: Nursery, tmp_path: Path):
    code = "import random; from shared.ids import new_id; print(random.random(), str(new_id())[-12:])"
    children = [bear(nursery, tmp_path, code) for _ in range(3)]
    assert wait_until(lambda: all(child.poll() is not None for child in children), 10)
    assert len(set((tmp_path / "log").read_text().split())) == 6


def payment_child(nursery: Nursery, folder: Path, said: list[str]) -> Child:
    layout = Layout(run=folder, offset=free_port() - 8091)
    return Child(
        nursery, "payment", ["deploy.devstack.payment"], layout.environment(), folder / "payment.log",
        layout.port("payment"), said.append,
    )  # fmt: skip


async def test_a_killed_child_comes_back_and_a_held_one_does_not(nursery: Nursery, tmp_path: Path):
    said: list[str] = []
    child = payment_child(nursery, tmp_path, said)
    child.start()
    await child.ready(20)
    keeping = asyncio.create_task(child.keep())
    first = child.pid
    child.send(signal.SIGKILL)
    async with asyncio.timeout(20):
        while child.restarts == 0 or child.pid is None:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await child.ready(20)
    assert child.pid != first
    assert said == ["payment ended (SIGKILL), starting again in 0.2 s"]
    await child.stop()
    await asyncio.sleep(0.5)
    assert child.pid is None
    keeping.cancel()


async def test_a_child_whose_port_is_taken_says_so(nursery: Nursery, tmp_path: Path):
    child = payment_child(nursery, tmp_path, [])
    child.start()
    await child.ready(20)
    other = Child(nursery, "other", ["deploy.devstack.payment"], {}, tmp_path / "other.log", child.port, print)
    with pytest.raises(ChildFailedError, match=f"Port {child.port}, which other needs, is in use"):
        other.start()
    await child.stop()


async def test_a_child_that_ends_while_starting_is_told_with_its_last_line(nursery: Nursery, tmp_path: Path):
    env = {"DEVSTACK_RUN": str(tmp_path)}
    child = Child(nursery, "sick", ["deploy.devstack.payment"], env, tmp_path / "sick.log", free_port(), print)
    child.start()
    with pytest.raises(ChildFailedError, match=r"ended while starting.*KeyError: 'PAYMENT_WEBHOOK_SECRET'"):
        await child.ready(20)


def test_children_end_with_a_supervisor_that_was_killed(tmp_path: Path):
    code = (
        "import sys, time; from pathlib import Path; from deploy.devstack.offspring import Nursery\n"
        "nursery = Nursery(Path(sys.argv[1]) / 'nursery.log'); nursery.start()\n"
        "child = nursery.bear('child', 'http.server', ['0'], {}, Path(sys.argv[1]) / 'log')\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    supervisor = psutil.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=-1, text=True)
    assert supervisor.stdout
    child = psutil.Process(int(supervisor.stdout.readline()))
    assert child.is_running()
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    assert wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, 5)
