"""The market under test: the devstack's own stack, a witness, and second workers that can take over."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import asyncpg

from deploy.devstack.layout import CHECKOUT, Layout
from deploy.devstack.stack import Stack
from shared.clock import utc_now
from shared.db import partitions
from shared.db.engine import make_engine
from tests.chaos import witness

OFFSET = 1000
WITNESS_PORT = 8110
SECOND_WORKERS = {"orders": 8111, "enforcement": 8112}
# Short, so that a frozen process loses its locks within a run.
LOCK_SECONDS = 4


def chaos_layout(broker: str, run: Path = CHECKOUT / "build" / "chaos" / "run") -> Layout:
    settings = {"RELAY_LOCK_TIMEOUT_SECONDS": str(LOCK_SECONDS), "PROBE_INTERVAL_MS": "5000"}
    return replace(Layout.from_environment(), run=run, offset=OFFSET, broker=broker, settings=settings)


class ChaosStack(Stack):
    def __init__(self, layout: Layout, say: Callable[[str], None]) -> None:
        super().__init__(layout, say)
        # The planned recycle is another story; here the broker's memory may grow.
        self.recycler = None
        self._add_witness()
        for service, port in SECOND_WORKERS.items():
            settings = layout.service_settings(service) | {"HTTP_PORT": str(port + layout.offset)}
            command = ["shared.run", f"services.{service}.app:service", "--role", "worker"]
            self.children[f"{service}-2"] = self._child(f"{service}-2", command, settings, port + layout.offset)

    def _add_witness(self) -> None:
        port = WITNESS_PORT + self.layout.offset
        command = ["tests.chaos.start_witness", "--role", "worker"]
        self.children["witness"] = self._child("witness", command, self._witness_settings(port), port)

    def _witness_settings(self, port: int) -> dict[str, str]:
        settings = self.layout.service_settings("orders")
        # The superuser's password exists once the server has been initialised; `start_witness` reads it then.
        told = {"DEVSTACK_RUN": str(self.layout.run), "HTTP_PORT": str(port)}
        return settings | told | {"DATABASE_URL": "postgresql://unknown@127.0.0.1/witness"}

    def url(self, database: str) -> str:
        return self.postgres.url(database)

    async def _start_servers(self) -> str:
        identifier = await super()._start_servers()
        await self._make_witness()
        (self.layout.run / "witness-url").write_text(self.url("witness"))
        return identifier

    async def _make_witness(self) -> None:
        admin = await asyncpg.connect(self.url("postgres"))
        try:
            if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = 'witness'"):
                await admin.execute("CREATE DATABASE witness")
        finally:
            await admin.close()
        engine = make_engine(self.url("witness"), 2)
        async with engine.connect() as connection:
            await connection.run_sync(witness.metadata.create_all)
        await engine.dispose()
        plain = await asyncpg.connect(self.url("witness"))
        await partitions.maintain(plain, utc_now(), 7, 30)
        await plain.close()

    async def everyone_is_ready(self, seconds: float) -> None:
        for name, server in self.servers.items():
            if server.held or server.pid is None:
                raise AssertionError(f"{name} is still held")
        for child in self.children.values():
            child.held = False
        await asyncio.gather(*(child.ready(seconds) for child in self.children.values()))
