"""A load of so many kept connections, each of which asks again when its answer is in."""

import asyncio
from collections.abc import Iterator
from time import perf_counter
from typing import Any


class _Connection(asyncio.Protocol):
    def __init__(self, requests: Iterator[tuple[str, bytes]], until: float, taken: dict[str, list[float]]) -> None:
        self._requests = requests
        self._until = until
        self._taken = taken
        self._read = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._sent_at = perf_counter()
        if self._sent_at >= self._until:
            self.done.set_result(None)
            self._transport.close()
            return
        self._kind, request = next(self._requests)
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, body = self._read.partition(b"\r\n\r\n")
        if not found or len(body) < int(head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0]):
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.done.set_exception(RuntimeError(self._read.decode(errors="replace")))
            self._transport.close()
            return
        self._taken.setdefault(self._kind, []).append(perf_counter() - self._sent_at)
        self._read = b""
        self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server closed the connection"))


async def drive(
    port: int, requests: Iterator[tuple[str, bytes]], seconds: float, connections: int
) -> tuple[float, dict[str, list[float]]]:
    """Answers a second, and by the name of each request the seconds that its answers took."""
    loop = asyncio.get_running_loop()
    taken: dict[str, list[float]] = {}
    began = perf_counter()
    made = [
        (await loop.create_connection(lambda: _Connection(requests, began + seconds, taken), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for connection in made))
    return sum(len(each) for each in taken.values()) / (perf_counter() - began), taken
