"""Real HTTP servers on loopback, inside the test's event loop: the payment sandbox, and the door for its webhooks."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn
from aiohttp import web
from starlette.types import ASGIApp

from deploy.devstack.payment.book import Book
from deploy.devstack.payment.server import Sandbox

SECRET = "whsec_" + "ZmxvdyB0ZXN0cyBvZiB0aGUgbWFya2V0" * 2


class _Uvicorn(uvicorn.Server):
    @contextmanager
    def capture_signals(self):
        yield  # signals belong to the test run


@contextmanager
def listen() -> Iterator[socket.socket]:
    """A bound socket, so that its address is known before anything is served on it."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        yield door


def url_of(door: socket.socket) -> str:
    return f"http://127.0.0.1:{door.getsockname()[1]}"


@asynccontextmanager
async def served(app: ASGIApp, door: socket.socket) -> AsyncIterator[None]:
    server = _Uvicorn(
        uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=2)
    )
    task = asyncio.create_task(server.serve([door]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def payment_sandbox(folder: Path) -> AsyncIterator[str]:
    """The sandbox of the devstack; gives its address."""
    with listen() as door:
        runner = web.AppRunner(Sandbox(Book(folder / "payment.sqlite"), SECRET, url_of(door)).app())
        await runner.setup()
        await web.SockSite(runner, door).start()
        try:
            yield url_of(door)
        finally:
            await runner.cleanup()
