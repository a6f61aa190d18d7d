"""The way out to strangers' addresses: a name is resolved once, each answer checked, and the socket checked again."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextvars import ContextVar
from typing import Any

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from shared.addresses import AddressDeniedError, Network, check_addresses, is_allowed

# Where the request at hand connected to, for its evidence.
peers: ContextVar[list[str]] = ContextVar("peers")

Lookup = Callable[[str, int], Sequence[tuple[Any, ...]]]


def look_up(host: str, port: int) -> Sequence[tuple[Any, ...]]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class GuardedResolver(AbstractResolver):
    """Resolves with the system's resolver in own threads, so that slow names do not hold up anything else."""

    def __init__(self, allowed: Sequence[Network], threads: Executor, lookup: Lookup = look_up) -> None:
        self._allowed = allowed
        self._threads = threads
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        infos = await asyncio.get_running_loop().run_in_executor(self._threads, self._lookup, host, port)
        check_addresses(host, [info[4][0] for info in infos], self._allowed)
        return [
            ResolveResult(
                hostname=host,
                host=info[4][0],
                port=port,
                family=info[0],
                proto=info[2],
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for info in infos
        ]

    async def close(self) -> None:
        """Its threads belong to whom it was made for."""


def guarded_connector(
    allowed: Sequence[Network], ports: Sequence[int], threads: Executor, lookup: Lookup = look_up
) -> TCPConnector:
    """A new connection for each request. The last check is at the socket: literals never pass the resolver."""

    def checked_socket(info: tuple[Any, ...]) -> socket.socket:
        family, kind, proto, _, address = info
        found = check_addresses(address[0], [address[0]], allowed)
        if address[1] not in ports and not _is_excepted(found[0], allowed):
            raise AddressDeniedError(f"port {address[1]} must not be reached")
        peers.get([]).append(f"{found[0]} {address[1]}")
        return socket.socket(family, kind, proto)

    return TCPConnector(
        resolver=GuardedResolver(allowed, threads, lookup),
        use_dns_cache=False,
        force_close=True,
        limit=0,
        socket_factory=checked_socket,
    )


def _is_excepted(address: Any, allowed: Sequence[Network]) -> bool:
    """Only through the exception for development: there, any port will do."""
    return is_allowed(address, allowed) and not is_allowed(address, ())


def check_url(url: URL) -> None:
    """What can be refused before anything is sent."""
    if url.scheme not in ("http", "https") or not url.raw_host:
        raise AddressDeniedError("only http and https addresses are reached")
    if url.user is not None or url.password is not None:
        raise AddressDeniedError("an address with a user name is not reached")
    if "%" in url.raw_host:
        raise AddressDeniedError("an address with a zone is not reached")
