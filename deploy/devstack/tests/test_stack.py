"""The whole devstack as a person meets it: up, in the way, killed, up again, Ctrl-C, nothing left."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from deploy.devstack.layout import CHECKOUT, SERVICES, Layout
from deploy.devstack.processes import wait_until
from deploy.devstack.supervisor import http_status

OFFSET = 4000


class Up:
    """`python -m deploy.devstack up` on ports of its own."""

    def __init__(self, run: Path, action: str = "up") -> None:
        self.environment = dict(os.environ) | {"DEVSTACK_RUN": str(run), "PORT_OFFSET": str(OFFSET)}
        self.log = run.parent / f"{action}-{time.monotonic_ns()}.log"
        with self.log.open("wb") as output:
            command = [sys.executable, "-m", "deploy.devstack", action]
            self.process = psutil.Popen(command, cwd=CHECKOUT, env=self.environment, stdout=output, stderr=output)
        self.seconds = 0.0

    def ready(self) -> None:
        assert wait_until(lambda: "ready in" in self.said() or self.process.poll() is not None, 120, 0.1), self.said()
        found = re.search(r"ready in ([\d.]+) s with (\d+) MB", self.said())
        assert found, self.said()
        assert int(found[2]) < 1200

    def said(self) -> str:
        return self.log.read_text()

    def below(self) -> list[psutil.Process]:
        return list(self.process.children(recursive=True))


def survivors(processes: list[psutil.Process]) -> list[psutil.Process]:
    def lives(process: psutil.Process) -> bool:
        try:
            return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    wait_until(lambda: not any(map(lives, processes)), 15, 0.1)
    return [process for process in processes if lives(process)]


@pytest.mark.timeout(300)
async def test_up_down_and_every_way_to_end(tmp_path: Path):
    run = tmp_path / "run"
    layout = Layout(run=run, offset=OFFSET)
    up = Up(run)
    up.ready()
    for service in SERVICES:
        assert await http_status(layout.port(service), "/health/ready") == 200

    second = Up(run)
    assert second.process.wait(30) == 1
    assert second.said().strip() == "This checkout's devstack is running already; `make down` ends it."

    stranger = Up(tmp_path / "other")
    assert stranger.process.wait(30) == 1
    assert re.search(r"Port \d+, which \w+ needs, is in use by another program", stranger.said())

    await _a_killed_service_returns(up, layout)

    everything = up.below()
    assert len(everything) >= len(SERVICES) + 4
    up.process.kill()
    up.process.wait()
    assert survivors(everything) == []

    up = Up(run)
    up.ready()
    everything = up.below()
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(60) == 0
    assert up.said().rstrip().endswith("draining\ndown")
    assert survivors(everything) == []
    assert Up(run, "clean").process.wait(30) == 0
    assert list(run.glob("*")) == []


async def _a_killed_service_returns(up: Up, layout: Layout) -> None:
    (victim,) = [process for process in up.below() if process.name() == "registry"]
    victim.kill()
    assert wait_until(lambda: "registry ended (SIGKILL), starting again" in up.said(), 5)
    async with asyncio.timeout(30):
        while await http_status(layout.port("registry"), "/health/ready") != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def test_a_wrong_setting_is_told_in_one_sentence(tmp_path: Path):
    environment = dict(os.environ) | {"DEVSTACK_RUN": str(tmp_path), "BROKER": "rabbit"}
    command = [sys.executable, "-m", "deploy.devstack", "status"]
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr.strip()) == (1, "BROKER is 'rabbit'; it can be tansu or kafka.")


def test_down_and_replay_without_a_market_say_so(tmp_path: Path):
    down, replay = Up(tmp_path / "run", "down"), Up(tmp_path / "run", "replay")
    assert (down.process.wait(30), down.said().strip()) == (0, "nothing is running")
    assert (replay.process.wait(30), replay.said().strip()) == (
        1,
        "The market is not running; start it with `make up`.",
    )
