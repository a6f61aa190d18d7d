"""Test servers that all running test sessions of a checkout share; see `shared/testing/guardian.py`."""

import fcntl
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_SECONDS_TO_START = 120


class TestServerFailedError(RuntimeError):
    """The server did not start; the message is what the guardian said."""


@contextmanager
def leased(kind: str) -> Iterator[str]:
    """The address of the shared server of this kind (postgres, tansu or kafka), alive while the block runs."""
    folder = ROOT / ".run" / "test" / kind
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lease").open("a") as lease:
        fcntl.flock(lease, fcntl.LOCK_SH)
        with (folder / "starting").open("a") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            address = _address(folder) if _has_guardian(folder) else _start(kind, folder)
        yield address


def _has_guardian(folder: Path) -> bool:
    with (folder / "alive").open("a") as alive:
        try:
            fcntl.flock(alive, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return (folder / "server.json").exists()
        return False


def _address(folder: Path) -> str:
    return str(json.loads((folder / "server.json").read_text())["address"])


def _start(kind: str, folder: Path) -> str:
    (folder / "server.json").unlink(missing_ok=True)
    log = folder / "guardian.log"
    with log.open("wb") as output:
        guardian = subprocess.Popen(
            [sys.executable, "-m", "shared.testing.guardian", kind, str(folder)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + _SECONDS_TO_START
    while not (folder / "server.json").exists():
        if guardian.poll() is not None or time.monotonic() > deadline:
            raise TestServerFailedError(log.read_text(errors="replace").strip() or f"{kind} did not start")
        time.sleep(0.02)
    guardian.returncode = 0  # it outlives us on purpose: nobody waits for it
    return _address(folder)
