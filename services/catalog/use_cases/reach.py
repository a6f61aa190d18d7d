"""Looks at a callback address: may the platform call it, and does anything answer?"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from socket import gaierror

from aiohttp import ClientError, ClientSession, ClientSSLError, ClientTimeout, DummyCookieJar
from yarl import URL

from services.catalog.domain.screening.subject import Fault, Reach
from services.catalog.settings import CatalogSettings
from shared.addresses import AddressDeniedError, check_addresses, parse_networks
from shared.way_out import Lookup, check_url, guarded_connector, look_up

RESOLVER_THREADS = 4


class CallbackLook:
    """Bounded in time, without redirects, and nothing of an answer is read. Whatever answers will do.

    It is made outside of every transaction: a slow name must hold no lock and no connection of the database.
    """

    def __init__(self, settings: CatalogSettings, lookup: Lookup = look_up) -> None:
        self._is_on = settings.callback_look
        self._seconds = settings.callback_look_seconds
        self._ports = settings.callback_ports
        self._allowed = parse_networks(settings.callback_allow_networks)
        self._lookup = lookup
        self._threads = ThreadPoolExecutor(RESOLVER_THREADS, "callback-names")

    async def look_at(self, url: str) -> Reach | None:
        """None without an address, and where looking is switched off."""
        if not url or not self._is_on:
            return None
        try:
            async with asyncio.timeout(self._seconds):
                return Reach(url, await self._fault(url))
        except TimeoutError:
            return Reach(url, Fault.SILENT)

    async def _fault(self, url: str) -> Fault | None:
        try:
            target = URL(url)
            check_url(target)
            await self._check_addresses(target)
            await self._ask(target)
        except AddressDeniedError:
            return Fault.DENIED
        except (gaierror, UnicodeError):
            return Fault.UNKNOWN
        except ClientSSLError:
            return Fault.UNTRUSTED
        except (ClientError, OSError, ValueError) as error:  # whatever a stranger's server provokes
            return Fault.DENIED if _is_denial(error) else Fault.SILENT
        return None

    async def _check_addresses(self, target: URL) -> None:
        """Here, because the name of what refused is lost on the way through the client."""
        host, port = target.raw_host or "", target.port or 443
        infos = await asyncio.get_running_loop().run_in_executor(self._threads, self._lookup, host, port)
        check_addresses(host, [info[4][0] for info in infos], self._allowed)

    async def _ask(self, target: URL) -> None:
        """Resolves and checks again at the socket, so that a name cannot lead elsewhere the second time."""
        async with (
            ClientSession(
                connector=guarded_connector(self._allowed, self._ports, self._threads, self._lookup),
                timeout=ClientTimeout(total=None),
                cookie_jar=DummyCookieJar(),
            ) as session,
            session.head(target, allow_redirects=False),
        ):
            pass


def _is_denial(error: BaseException) -> bool:
    within = getattr(error, "os_error", None) or error.__cause__
    return isinstance(error, AddressDeniedError) or (within is not None and _is_denial(within))
