"""Delivers notices in a worker: claims what is due, sends it with no transaction open, and settles each by itself."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg
import structlog

from shared.context import Context, set_context
from shared.db.transaction import Database, Transaction
from shared.messaging.failure import is_transient
from shared.notices.channels import channels_of, webhook_secrets
from shared.notices.deliveries import Claimed, claim, measure, settle
from shared.notices.mail import Mailer, SmtpMailer, mail_of
from shared.notices.notice import Channel
from shared.notices.outcome import NotDelivered, Outcome, SwitchedOff
from shared.notices.ports import Addresses, no_address
from shared.notices.settings import NoticeSettings
from shared.notices.webhook import WebhookSender
from shared.personal.vault import Erased, Vault
from shared.service import Running, Task

log = structlog.get_logger()
PLACES = 32
MEASURE_SECONDS = 10.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ToWebhook:
    claimed: Claimed
    url: str
    secrets: Sequence[str]


@dataclass(frozen=True, slots=True)
class ToAddress:
    claimed: Claimed
    address: str


Errand = ToWebhook | ToAddress


def delivering(addresses: Addresses = no_address) -> Task:
    """For `tasks` of a service."""

    async def deliver_notices(running: Running) -> None:
        settings: NoticeSettings = running.settings
        webhooks = WebhookSender(settings)
        mailer = SmtpMailer(settings) if settings.offers_e_mail else None
        try:
            await Courier(running.db, settings, webhooks, mailer, Vault.of(settings), addresses).run()
        finally:
            await webhooks.close()

    return deliver_notices


class Courier:
    def __init__(
        self,
        db: Database,
        settings: NoticeSettings,
        webhooks: WebhookSender,
        mailer: Mailer | None,
        vault: Vault,
        addresses: Addresses = no_address,
    ) -> None:
        self._db = db
        self._settings = settings
        self._webhooks = webhooks
        self._mailer = mailer
        self._vault = vault
        self._addresses = addresses
        self._measured_at = 0.0

    async def run(self) -> None:
        """Until cancelled. What was being sent then is due again when its claim runs out."""
        under_way: set[asyncio.Task[None]] = set()
        poll = self._settings.notice_poll_seconds
        async with asyncio.TaskGroup() as group:
            while True:
                set_context(Context(actor="task:deliver_notices"))
                for errand in await self._waiting_for_the_database(self.collect(PLACES - len(under_way))) or []:
                    task = group.create_task(self._waiting_for_the_database(self.deliver(errand)))
                    under_way.add(task)
                    task.add_done_callback(under_way.discard)
                await self._waiting_for_the_database(self._measure())
                if under_way:  # the next notice of a recipient may go as soon as the one before is settled
                    await asyncio.wait(under_way, timeout=poll, return_when=asyncio.FIRST_COMPLETED)
                else:
                    await asyncio.sleep(poll)

    async def collect(self, most: int) -> list[Errand]:
        """Claims what is due, with all that sending it needs; settles at once what has nowhere to go."""
        errands: list[Errand] = []
        if most < 1:
            return errands
        async with self._db.transaction() as tx:
            for claimed in await claim(tx, most):
                found = await self._prepare(tx, claimed)
                if isinstance(found, ToWebhook | ToAddress):
                    errands.append(found)
                else:
                    await settle(tx, claimed, found)
        return errands

    async def deliver(self, errand: Errand) -> None:
        outcome = await self._send(errand)
        async with self._db.transaction() as tx:
            await settle(tx, errand.claimed, outcome)

    async def _send(self, errand: Errand) -> Outcome:
        try:
            if isinstance(errand, ToWebhook):
                return await self._webhooks.send(errand.claimed, errand.url, errand.secrets)
            if self._mailer is None:
                return SwitchedOff("e-mail is not offered")
            return await self._mailer.send(mail_of(errand.claimed, errand.address, self._settings.notice_base_url))
        except Exception as error:  # a fault of ours with one notice must not stop those of others
            return self._fault(errand.claimed, error)

    def _fault(self, claimed: Claimed, error: Exception) -> Outcome:
        log.error("notice.not_sent", delivery_id=str(claimed.delivery_id), error=type(error).__name__)
        return NotDelivered(f"internal: {type(error).__name__}")

    async def _prepare(self, tx: Transaction, claimed: Claimed) -> Errand | Outcome:
        channels = await channels_of(tx, claimed.recipient)
        try:
            if claimed.channel is Channel.WEBHOOK:
                if not channels.webhook_is_on:
                    return SwitchedOff()
                secrets = await webhook_secrets(tx, claimed.recipient, channels, self._vault)
                return ToWebhook(claimed, channels.webhook_url, secrets)
            if self._mailer is None or not channels.e_mail:
                return SwitchedOff("" if self._mailer else "e-mail is not offered")
            address = await self._addresses(tx, self._vault, claimed.recipient)
        except Erased:
            return SwitchedOff("erased")
        except Exception as error:
            if is_transient(error) or isinstance(error, asyncpg.PostgresError):
                raise
            return self._fault(claimed, error)
        if address is None:
            return NotDelivered("no address is known", is_final=True)
        return ToAddress(claimed, address)

    async def _waiting_for_the_database(self, step: Coroutine[Any, Any, T]) -> T | None:
        """A part that is away is waited for quietly; what was claimed then is due again when its claim runs out."""
        try:
            return await step
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("notices.waiting", error=type(error).__name__)
            return None

    async def _measure(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._measured_at >= MEASURE_SECONDS:
            self._measured_at = now
            async with self._db.transaction() as tx:
                await measure(tx)
