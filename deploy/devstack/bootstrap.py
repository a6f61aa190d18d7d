"""Builds .venv from the hashed lock. Standard library only: it runs before anything is installed."""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements-dev.lock"
STAMP = VENV / ".installed"
_OFFLINE = ("Temporary failure in name resolution", "Failed to establish a new connection", "NewConnectionError",
            "Network is unreachable", "Name or service not known", "ConnectTimeoutError", "ProxyError")  # fmt: skip


class CannotInstallError(Exception):
    """One sentence on what is missing."""


def _run(what: str, command: "list[str]") -> str:
    """Runs a long command, showing that time passes; returns what it said when it failed, nothing when it did not."""
    started, done = time.monotonic(), threading.Event()

    def tick() -> None:
        while not done.wait(5):
            print(f"  {what}: {time.monotonic() - started:.0f} s", flush=True)

    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    done.set()
    ticker.join()
    if result.returncode == 0:
        print(f"  {what}: done in {time.monotonic() - started:.0f} s", flush=True)
        return ""
    return result.stdout or f"exit code {result.returncode}"


def _make_venv() -> None:
    if PYTHON.exists() and subprocess.run([str(PYTHON), "-c", ""], capture_output=True).returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if not _run("virtual environment", [sys.executable, "-m", "venv", str(VENV)]):
        return
    # Debian's python3 has venv without ensurepip: a pip from outside can still fill it.
    shutil.rmtree(VENV, ignore_errors=True)
    if (
        _run("virtual environment without pip", [sys.executable, "-m", "venv", "--without-pip", str(VENV)])
        or not _pip()
    ):
        shutil.rmtree(VENV, ignore_errors=True)
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise CannotInstallError(
            f"Python {version} here cannot make a virtual environment with pip;"
            f" install its module once (on Debian and Ubuntu: apt-get install python{version}-venv)."
        )


def _pip() -> "list[str] | None":
    """The pip inside .venv, or one from outside that can install into it."""
    for command in ([str(PYTHON), "-m", "pip"], [sys.executable, "-m", "pip", "--python", str(PYTHON)]):
        if subprocess.run([*command, "--version"], capture_output=True).returncode == 0:
            return command
    return None


def _install() -> None:
    pip = _pip()
    if pip is None:
        raise CannotInstallError("There is no pip that could fill .venv; remove .venv and run this again.")
    quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--retries", "2", "-q"]
    failed = _run("packages", [*pip, "install", *quiet, "--require-hashes", "-r", str(LOCK)])
    if not failed:
        return
    if any(sign in failed for sign in _OFFLINE):
        raise CannotInstallError("The package index cannot be reached; the first start needs the network.")
    errors = [line for line in failed.splitlines() if line.startswith("ERROR")] or failed.strip().splitlines()[-2:]
    raise CannotInstallError("The packages could not be installed: " + " ".join(errors))


def main() -> int:
    digest = hashlib.sha256(LOCK.read_bytes() + f"{sys.version_info[:2]}".encode()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == digest:
        os.utime(STAMP)
        return 0
    print(f"installing into {VENV} with Python {sys.version.split()[0]} (once)", flush=True)
    try:
        _make_venv()
        _install()
    except CannotInstallError as missing:
        print(missing, file=sys.stderr)
        return 1
    STAMP.write_text(digest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
