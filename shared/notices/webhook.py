"""Sends a notice to a webhook, signed by the Standard Webhooks specification."""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import orjson
from aiohttp import ClientError, ClientSession, ClientSSLError, ClientTimeout, DummyCookieJar, InvalidURL
from standardwebhooks import Webhook
from yarl import URL

from shared.addresses import AddressDeniedError, parse_networks
from shared.clock import Clock, utc_now
from shared.notices.deliveries import Claimed
from shared.notices.outcome import Delivered, NotDelivered, Outcome
from shared.notices.settings import NoticeSettings
from shared.way_out import Lookup, check_url, guarded_connector, look_up

GONE = 410
RESOLVER_THREADS = 8


class WebhookSender:
    """Bounded in time, without redirects, and nothing of an answer is read but its status."""

    def __init__(self, settings: NoticeSettings, lookup: Lookup = look_up, clock: Clock = utc_now) -> None:
        self._clock = clock
        self._timeout = settings.notice_timeout_seconds
        self._base_url = settings.notice_base_url
        self._threads = ThreadPoolExecutor(RESOLVER_THREADS, "webhook-names")
        allowed = parse_networks(settings.notice_allow_networks)
        self._session = ClientSession(
            connector=guarded_connector(allowed, settings.notice_ports, self._threads, lookup),
            timeout=ClientTimeout(total=None),
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
        )

    async def close(self) -> None:
        await self._session.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def send(self, claimed: Claimed, url: str, secrets: Sequence[str]) -> Outcome:
        body = payload(claimed, self._base_url)
        try:
            async with asyncio.timeout(self._timeout):
                target = URL(url)
                check_url(target)
                async with self._session.post(
                    target, data=body, headers=_headers(claimed, body, secrets, self._clock()), allow_redirects=False
                ) as response:
                    status = response.status
                    response.close()
        except (ClientError, OSError, ValueError) as error:  # whatever a stranger's server provokes
            return NotDelivered(_reason(error))
        if 200 <= status < 300:
            return Delivered()
        return NotDelivered(f"status {status}", is_final=status == GONE)


def payload(claimed: Claimed, base_url: str) -> bytes:
    return orjson.dumps(
        {
            "type": claimed.kind,
            "timestamp": claimed.created_at,
            "data": {
                "notice_id": str(claimed.notice_id),
                "recipient": claimed.recipient,
                "zh": {"title": claimed.title_zh, "body": claimed.body_zh},
                "en": {"title": claimed.title_en, "body": claimed.body_en},
                "link": base_url + claimed.link if claimed.link else "",
            },
        }
    )


def _headers(claimed: Claimed, body: bytes, secrets: Sequence[str], now: datetime) -> Mapping[str, str]:
    """The id is the delivery's, the same at each attempt: by it a receiver knows what it has had already."""
    identifier = str(claimed.delivery_id)
    signatures = [Webhook(secret).sign(identifier, now, body.decode()) for secret in secrets]
    return {
        "content-type": "application/json",
        "user-agent": "Fairmarket-Notices/1",
        "webhook-id": identifier,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "timeout"),
    (ClientSSLError, "tls"),
    (ConnectionRefusedError, "connection refused"),
    (InvalidURL, "it is no address"),
)


def _reason(error: Exception) -> str:
    """Without what our own network would tell a stranger."""
    cause = getattr(error, "os_error", error)
    if isinstance(cause, AddressDeniedError):
        return f"denied: {cause}"
    named = (reason for kind, reason in _REASONS if isinstance(error, kind) or isinstance(cause, kind))
    return next(named, type(error).__name__)
