"""Delivers the sandbox's webhooks: signed by Standard Webhooks, repeated until the receiver says 2xx."""

import asyncio
import time
from datetime import UTC, datetime

import aiohttp
from standardwebhooks import Webhook as Signer

from deploy.devstack.payment.book import Book, Webhook
from deploy.devstack.payment.faults import Faults

PAUSES_SECONDS = (0.5, 1, 2, 5, 10, 30, 60)


class Courier:
    def __init__(self, book: Book, faults: Faults, secret: str) -> None:
        self._book = book
        self._faults = faults
        self._signer = Signer(secret)
        self._wake = asyncio.Event()

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            while True:
                due = [] if self._faults.webhooks_stopped else self._book.due(time.time())
                await asyncio.gather(*(self._deliver(session, webhook) for webhook in due))
                if not due:
                    await self._rest()

    async def _rest(self) -> None:
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), 0.2)
        except TimeoutError:
            return

    async def _deliver(self, session: aiohttp.ClientSession, webhook: Webhook) -> None:
        delivered = not self._faults.loses_a_webhook() and await self._post(session, webhook)
        pause = 0 if delivered else PAUSES_SECONDS[min(webhook.attempts, len(PAUSES_SECONDS) - 1)]
        self._book.settle(webhook, delivered, time.time() + pause)

    async def _post(self, session: aiohttp.ClientSession, webhook: Webhook) -> bool:
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": webhook.webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(webhook.webhook_id, now, webhook.body),
        }
        try:
            async with session.post(webhook.url, data=webhook.body.encode(), headers=headers) as answer:
                return 200 <= answer.status < 300
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False
