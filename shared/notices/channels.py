"""A recipient's channels: where its webhook goes, the secret it is signed with, and whether it gets e-mail."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes
from socket import inet_aton
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from shared.addresses import AddressDeniedError, Network, check_addresses
from shared.http.versions import check_version
from shared.notices.errors import WebhookAddressDenied

if TYPE_CHECKING:
    from shared.db.transaction import Transaction
    from shared.personal.vault import Vault

# For so long webhooks are signed with the secret before the last one too.
OVERLAP = timedelta(days=1)
_OWNERS = UUID("01a2b0c4-6f1e-7a53-9d27-5b1c6e0f8a94")
_COLUMNS = "webhook_url, secret, previous_secret, previous_until, e_mail, version"


@dataclass(frozen=True, slots=True)
class Channels:
    webhook_url: str = ""
    secret: bytes | None = None
    previous_secret: bytes | None = None
    previous_until: datetime | None = None
    e_mail: bool = False
    version: int = 0

    @property
    def webhook_is_on(self) -> bool:
        return bool(self.webhook_url) and self.secret is not None


async def channels_of(tx: "Transaction", recipient: str, *, lock: bool = False) -> Channels:
    """Those of a recipient who never chose any have the version 0."""
    suffix = " FOR UPDATE" if lock else ""
    row = await tx.driver.fetchrow(f"SELECT {_COLUMNS} FROM notice_channels WHERE recipient = $1{suffix}", recipient)
    return Channels(**dict(row)) if row is not None else Channels()


async def choose_channels(
    tx: "Transaction", recipient: str, expected: int, *, webhook_url: str, e_mail: bool, allowed: Sequence[Network]
) -> Channels:
    """What waits for a channel that is switched off now is no longer sent."""
    if webhook_url:
        check_webhook(webhook_url, allowed)
    before = await _lock(tx, recipient, expected)
    row = await tx.driver.fetchrow(
        f"UPDATE notice_channels SET webhook_url = $2, e_mail = $3, version = version + 1 WHERE recipient = $1 "
        f"RETURNING {_COLUMNS}",
        recipient,
        webhook_url,
        e_mail,
    )
    after = Channels(**dict(row))
    await tx.driver.execute(
        "UPDATE notice_delivery SET state = 'off', settled_at = $2 WHERE recipient = $1 AND state = 'pending' "
        "AND NOT CASE channel WHEN 'webhook' THEN $3::boolean ELSE $4::boolean END",
        recipient, tx.now, after.webhook_is_on, after.e_mail,
    )  # fmt: skip
    tx.record("choose_notice_channels", f"recipient:{recipient}", old=_told(before), new=_told(after))
    return after


async def renew_webhook_secret(
    tx: "Transaction", recipient: str, expected: int, vault: "Vault"
) -> tuple[str, Channels]:
    """The new secret, which is told this once. The one before it signs along for a day."""
    await _lock(tx, recipient, expected)
    secret = "whsec_" + b64encode(token_bytes(32)).decode()
    row = await tx.driver.fetchrow(
        f"UPDATE notice_channels SET previous_secret = secret, previous_until = $3, secret = $2, version = version + 1 "
        f"WHERE recipient = $1 RETURNING {_COLUMNS}",
        recipient,
        await vault.seal(tx, _owner(recipient), secret),
        tx.now + OVERLAP,
    )
    tx.record("renew_webhook_secret", f"recipient:{recipient}", new={"old_signs_until": tx.now + OVERLAP})
    return secret, Channels(**dict(row))


async def webhook_secrets(tx: "Transaction", recipient: str, channels: Channels, vault: "Vault") -> list[str]:
    """The secrets to sign with, the current one first."""
    sealed = [channels.secret]
    if channels.previous_until is not None and channels.previous_until > tx.now:
        sealed.append(channels.previous_secret)
    return [await vault.unseal(tx, _owner(recipient), secret) for secret in sealed if secret is not None]


async def close_channels(tx: "Transaction", recipient: str) -> None:
    """For one who has left: nothing is sent any more, and neither address nor secret is kept. The inbox stays."""
    await tx.driver.execute("DELETE FROM notice_channels WHERE recipient = $1", recipient)
    await tx.driver.execute(
        "UPDATE notice_delivery SET state = 'off', settled_at = $2 WHERE recipient = $1 AND state = 'pending'",
        recipient,
        tx.now,
    )
    tx.record("close_notice_channels", f"recipient:{recipient}")


def check_webhook(url: str, allowed: Sequence[Network]) -> None:
    """What can be told without asking anybody; where a name leads is looked at before each delivery."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not allowed:
        raise WebhookAddressDenied("must begin with https")
    literal = _literal(host)
    if literal is None:
        if "." not in host.strip(".") and not allowed:
            raise WebhookAddressDenied("names no public host")
        return
    try:
        check_addresses(host, [literal], allowed)
    except AddressDeniedError:
        raise WebhookAddressDenied("leads to an address that must not be reached") from None


def _literal(host: str) -> str | None:
    """The address that `host` spells, also in the shorthands that resolvers understand, or None when it is a name."""
    if ":" in host:
        return host
    try:
        return ".".join(map(str, inet_aton(host)))
    except OSError:
        return None


def _owner(recipient: str) -> UUID:
    """Under whose key of the vault a recipient's secrets are."""
    return uuid5(_OWNERS, recipient)


async def _lock(tx: "Transaction", recipient: str, expected: int) -> Channels:
    """Their row, locked and of the version expected; made when there is none yet."""
    await tx.driver.execute(
        "INSERT INTO notice_channels (recipient, webhook_url, e_mail, version) VALUES ($1, '', false, 0) "
        "ON CONFLICT DO NOTHING",
        recipient,
    )
    before = await channels_of(tx, recipient, lock=True)
    check_version(expected, before.version)
    return before


def _told(channels: Channels) -> dict[str, object]:
    """For the audit: whether and to which host, without what an address may hold of a secret."""
    return {"webhook_host": urlsplit(channels.webhook_url).hostname or "", "e_mail": channels.e_mail}
