"""Keeps one test server alive while test sessions lease it: `python -m shared.testing.guardian <kind> <folder>`.

Sessions (xdist workers too) hold a shared lock on `lease`. The guardian starts the server, says where it is in
`server.json`, and asks for the exclusive lock: it gets it when the last session has ended, in whatever way.
"""

import asyncio
import fcntl
import json
import os
import sys
from pathlib import Path
from typing import Protocol

import asyncpg

from deploy.devstack.broker import EmbeddedBroker
from deploy.devstack.kafka.server import KafkaBroker
from deploy.devstack.postgres import EmbeddedPostgres
from deploy.devstack.processes import free_port

POSTGRES_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
}


class _Server(Protocol):
    def start(self) -> None: ...
    def stop(self) -> None: ...


async def _drop_leftovers(url: str) -> None:
    """Databases of sessions that were killed."""
    admin = await asyncpg.connect(url)
    try:
        for row in await admin.fetch("SELECT datname FROM pg_database WHERE datname ~ '^(test|draft)_'"):
            await admin.execute(f"DROP DATABASE {row['datname']} WITH (FORCE)")
    finally:
        await admin.close()


def _prepare(kind: str, folder: Path) -> tuple[_Server, str]:
    """The server of this kind, and how its address reads once it runs."""
    port = free_port()
    if kind == "postgres":
        server = EmbeddedPostgres(folder, port, POSTGRES_SETTINGS)
        if server.ended_uncleanly():  # without fsync its files may be torn
            server.wipe()
        server.start()
        asyncio.run(_drop_leftovers(server.url()))
        return server, server.url()
    broker = (
        KafkaBroker(folder, port, free_port(), Path("build/kafka-jars").resolve())
        if kind == "kafka"
        else EmbeddedBroker(folder, port)
    )
    broker.wipe()
    broker.start()
    return broker, broker.bootstrap_servers


def main() -> int:
    kind, folder = sys.argv[1], Path(sys.argv[2])
    announced = folder / "server.json"
    with (folder / "alive").open("a") as alive, (folder / "lease").open("a") as lease:
        fcntl.flock(alive, fcntl.LOCK_EX)
        announced.unlink(missing_ok=True)
        try:
            server, address = _prepare(kind, folder)
        except RuntimeError as failure:
            print(failure, file=sys.stderr)  # noqa: T201 - its log is what the session shows
            return 1
        try:
            draft = folder / "server.json.new"
            draft.touch(mode=0o600)
            draft.write_text(json.dumps({"address": address, "pid": os.getpid()}))
            draft.rename(announced)
            fcntl.flock(lease, fcntl.LOCK_EX)
        finally:
            announced.unlink(missing_ok=True)
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
