"""A provider's server that misbehaves on purpose: real sockets, one behaviour per path."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

BOMB = gzip.compress(b"\0" * 30_000_000)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class WaywardServer:
    """`base` is its address. `status` is what `/` answers; `asked` counts requests per path.

    Whose request contains `refuses` gets no answer."""

    def __init__(self) -> None:
        self.status = 200
        self.refuses = ""
        self.asked: dict[str, int] = {}
        self.sent = 0
        self.base = ""
        self.ended = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            path = request.split(" ", 2)[1]
            self.asked[path] = self.asked.get(path, 0) + 1
            if not (self.refuses and self.refuses in request):
                await getattr(self, "do_" + (path.strip("/").replace("-", "_") or "answer"))(writer)
        writer.close()

    async def do_answer(self, writer):
        writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()

    async def do_hang(self, writer):
        await self.ended.wait()

    async def do_hang_in_body(self, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        await writer.drain()
        await self.ended.wait()

    async def do_drip(self, writer):
        for byte in OK[:-2] + b"o" * 1000:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.05)

    async def do_stream(self, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(b"x" * 16_384)
            self.sent += 16_384
            await writer.drain()

    async def do_bomb(self, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB)
        await writer.drain()

    async def do_redirect(self, writer):
        await self._redirect(writer, "/redirect")

    async def do_redirect_once(self, writer):
        await self._redirect(writer, "/")

    async def do_redirect_inside(self, writer):
        await self._redirect(writer, "http://10.0.0.1/")

    async def do_redirect_scheme(self, writer):
        await self._redirect(writer, "file:///etc/passwd")

    async def _redirect(self, writer, location):
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()

    async def do_garbage(self, writer):
        writer.write(b"\x00\xff this is no HTTP\r\n\r\n")
        await writer.drain()

    async def do_big_head(self, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n")
        await writer.drain()

    async def do_cut(self, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        await writer.drain()


@asynccontextmanager
async def a_wayward_server(port: int = 0) -> AsyncIterator[WaywardServer]:
    wayward = WaywardServer()
    server = await asyncio.start_server(wayward.serve, "127.0.0.1", port)
    wayward.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield wayward
    finally:
        wayward.ended.set()
        server.close()
        await server.wait_closed()
