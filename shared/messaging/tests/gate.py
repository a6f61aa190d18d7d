"""A gate before a database server: shut, it cuts every connection and takes no new one, as a stopped server does."""

import asyncio
import contextlib
from typing import Self
from urllib.parse import urlsplit

from shared.db.transaction import Database


class Gate:
    def __init__(self, url: str) -> None:
        self._url = url
        self._server: asyncio.Server | None = None
        self._is_open = True
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        parts = urlsplit(self._url)
        through = parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}").geturl()
        self.database = Database("orders", through, pool_size=4)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.database.close()
        self.shut()
        if self._server is not None:
            self._server.close()

    def shut(self) -> None:
        self._is_open = False
        for writer in self._writers:
            writer.transport.abort()

    def open(self) -> None:
        self._is_open = True

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._is_open:
            writer.transport.abort()
            return
        parts = urlsplit(self._url)
        server_reader, server_writer = await asyncio.open_connection(parts.hostname, parts.port)
        self._writers |= {writer, server_writer}
        await asyncio.gather(_pump(reader, server_writer), _pump(server_reader, writer))
        self._writers -= {writer, server_writer}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()
