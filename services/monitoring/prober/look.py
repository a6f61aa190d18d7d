"""One look at one target from one vantage: bounded in time, size and redirects, and kept as evidence if it fails."""

import asyncio
import errno
import hashlib
import json
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, ClientSSLError, InvalidURL
from multidict import CIMultiDictProxy
from yarl import URL

from services.monitoring.domain.judging import UNMONITORABLE, Vote
from shared.addresses import AddressDeniedError
from shared.way_out import check_url, peers

BODY_MOST = 65_536
BODY_KEPT = 1_024
HEADERS_KEPT = 30
REDIRECTS_MOST = 3
# A server that says this is there, but what was asked of it is not.
MISSING = frozenset({404, 410})
HEADERS = {"accept": "*/*", "accept-encoding": "identity"}
# What our own machine says when it has run out of something, or has no way out: no failure of whom we look at.
OURS = frozenset(
    {
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOMEM,
        errno.ENOBUFS,
        errno.EADDRNOTAVAIL,
        errno.EACCES,
        errno.EPERM,
        errno.ENETDOWN,
        errno.ENETUNREACH,
    }
)
UNABLE = "we could not look"
SLOW_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Evidence:
    """A failing probe as it was: a canonical JSON document, addressed by its SHA-256."""

    hash: str
    document: bytes


@dataclass(frozen=True, slots=True)
class Look:
    vote: Vote
    evidence: Evidence | None = None


@dataclass(slots=True)
class Answer:
    """What came back, as far as it was read."""

    hops: list[str] = field(default_factory=list)
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    head: bytes = b""
    read: int = 0
    first_byte_ms: int | None = None


class TooManyRedirectsError(Exception):
    pass


async def look(
    session: ClientSession,
    vantage: str,
    url: str,
    *,
    timeout_ms: int,
    clock_ms: Callable[[], int],
    late_since: Callable[[float], float],
) -> Look:
    """`late_since` tells how many seconds our own process stood still since a monotonic instant."""
    at_ms, begun = clock_ms(), time.monotonic()
    answer = Answer()
    up: bool | None = False
    connected: list[str] = []
    peers.set(connected)
    try:
        async with asyncio.timeout(timeout_ms / 1000):
            await _ask(session, vantage, _parsed(url), answer, begun)
        up, reason = _judge_status(answer.status)
    except Exception as error:  # whatever a stranger's server provokes is an answer about that server
        up, reason = _judge_error(error)
        if isinstance(error, TimeoutError) and late_since(begun) > timeout_ms / 1000 * SLOW_SHARE:
            up, reason = None, f"{UNABLE}: our own machine was too slow"
    if up is not False:
        return Look(Vote(vantage, at_ms, up, reason))
    took_ms = int((time.monotonic() - begun) * 1000)
    evidence = _evidence(
        {
            "url": url,
            "vantage": vantage,
            "at_ms": at_ms,
            "took_ms": took_ms,
            "timeout_ms": timeout_ms,
            "reason": reason,
            "first_byte_ms": answer.first_byte_ms,
            "hops": answer.hops,
            "peers": connected,
            "status": answer.status,
            "headers": answer.headers,
            "bytes_read": answer.read,
            "head_base64": b64encode(answer.head).decode(),
        }
    )
    return Look(Vote(vantage, at_ms, up, reason, evidence.hash), evidence)


def _parsed(url: str) -> URL:
    try:
        return URL(url)
    except ValueError:
        raise AddressDeniedError("it is no address") from None


async def _ask(session: ClientSession, vantage: str, url: URL, answer: Answer, begun: float) -> None:
    """Follows a few redirects; each hop goes through the same guard."""
    headers = {**HEADERS, "user-agent": f"Fairmarket-Monitoring/1 ({vantage})"}
    for _ in range(REDIRECTS_MOST + 1):
        check_url(url)
        answer.hops.append(str(url))
        async with session.get(url, headers=headers, allow_redirects=False) as response:
            answer.first_byte_ms = int((time.monotonic() - begun) * 1000)
            answer.status, answer.headers = response.status, _kept(response.headers)
            location = response.headers.get("location", "")
            if not (300 <= response.status < 400 and location):
                await _read(response, answer)
                return
            url = url.join(URL(location))
    raise TooManyRedirectsError


async def _read(response: ClientResponse, answer: Answer) -> None:
    """Reads the body as it came, never unpacked, and stops at the limit: more of it would say nothing new."""
    async for chunk in response.content.iter_chunked(8_192):
        answer.head += chunk[: BODY_KEPT - len(answer.head)]
        answer.read += len(chunk)
        if answer.read >= BODY_MOST:
            response.close()
            return


def _kept(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    kept = list(headers.items())[:HEADERS_KEPT]
    return {name.lower()[:100]: value[:500] for name, value in kept}


def _judge_status(status: int) -> tuple[bool, str]:
    if status >= 500 or status in MISSING:
        return False, f"status {status}"
    return True, ""


def _judge_error(error: Exception) -> tuple[bool | None, str]:
    """None: we may not go there, which says nothing about whether it works."""
    cause = getattr(error, "os_error", error)
    if isinstance(cause, AddressDeniedError):
        return None, f"{UNMONITORABLE}: {cause}"
    if isinstance(error, InvalidURL):
        return None, f"{UNMONITORABLE}: it is no address"
    if isinstance(cause, OSError) and cause.errno in OURS:
        return None, f"{UNABLE}: {cause}"[:300]
    named = next((reason for kind, reason in _REASONS if isinstance(error, kind) or isinstance(cause, kind)), None)
    if named is not None:
        return False, named
    if isinstance(error, ClientError | OSError | ValueError):
        return False, f"{type(error).__name__}: {error}"[:300]
    return None, f"{UNABLE}: {type(error).__name__}"  # nothing that a server provokes, so a fault of ours


_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "timeout"),
    (TooManyRedirectsError, "too many redirects"),
    (ClientSSLError, "tls"),
    (ConnectionRefusedError, "connection refused"),
)


def _evidence(facts: Mapping[str, Any]) -> Evidence:
    document = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    return Evidence(hashlib.sha256(document).hexdigest(), document)
