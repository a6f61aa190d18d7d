"""Keys of applications on the open platform: issued, replaced with an overlap, revoked (2.5)."""

import secrets
from base64 import b32encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.registry import store
from services.registry.domain import app_access
from services.registry.domain.app_access import LONGEST_OVERLAP, MOST_KEYS, Key
from services.registry.domain.errors import NoApplication, TooManyKeys, WrongStanding
from services.registry.store import apps
from services.registry.use_cases.app_access import tell_access
from services.registry.use_cases.numbers import refuse_personal
from services.registry.use_cases.standing import refuse_blocked_account
from shared.contracts.registry import Standing
from shared.db.transaction import Transaction
from shared.errors import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Issued:
    """The only moment in which the secret is known here."""

    key: Key
    secret: str


async def issue_key(
    tx: Transaction, listing_id: UUID, account_id: str, replaces: str | None, overlap: timedelta
) -> Issued:
    """A new key for the caller's own live application; the one that it replaces ends after the overlap."""
    provider_id = await _own_application(tx, listing_id, account_id)
    keys = [key for key in await apps.keys(tx, listing_id) if key.is_valid(tx.now)]
    if replaces is not None:
        await apps.keep_key(tx, _end(replaces, keys, tx, overlap))
        keys = [key for key in keys if key.is_valid(tx.now)]
    if len(keys) >= MOST_KEYS:
        raise TooManyKeys(
            f"The application has {len(keys)} valid keys; let one end, or revoke one", keys=[k.app_key for k in keys]
        )
    secret = secrets.token_urlsafe(32)
    key = Key(
        "ak_" + b32encode(secrets.token_bytes(15)).decode().lower(),
        listing_id,
        provider_id,
        app_access.hash_of(secret),
        tx.now,
        account_id,
    )
    await apps.keep_key(tx, key)
    await tell_access(tx, [listing_id])
    tx.record(
        "issue_app_key",
        f"app:{listing_id}",
        new={"app_key": key.app_key, "replaces": replaces, "overlap_seconds": int(overlap.total_seconds())},
    )
    return Issued(key, secret)


async def _own_application(tx: Transaction, listing_id: UUID, account_id: str) -> UUID:
    listing = await apps.listing(tx, listing_id)
    if listing is None:
        raise NotFound("There is no listing with this id (yet) that went live")
    provider = await store.lock_own_provider(tx, listing.provider_id, account_id)
    if not app_access.may_have_keys(listing.kind):
        raise NoApplication("Only applications call the open platform; this listing is a service")
    if provider.standing not in (Standing.ADMITTED, Standing.EXITING):
        raise WrongStanding(f"The provider is {provider.standing}; only an admitted one calls the open platform")
    await refuse_blocked_account(tx, provider)
    await apps.lock_app(tx, listing_id)
    return listing.provider_id


def _end(app_key: str, keys: Collection[Key], tx: Transaction, overlap: timedelta) -> Key:
    """The replaced key lives on for the overlap, never longer than it would have lived anyway."""
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise Invalid(
            "The overlap is out of bounds",
            errors=[{"pointer": "/overlap_seconds", "in": "body", "message": f"0 to {LONGEST_OVERLAP.days} days"}],
        )
    replaced = next((key for key in keys if key.app_key == app_key), None)
    if replaced is None:
        raise Invalid(
            "The key to replace is none of the application's valid keys",
            errors=[{"pointer": "/replaces", "in": "body", "message": "must be a valid key of this application"}],
        )
    until = tx.now + overlap
    replaced.valid_until = until if replaced.valid_until is None else min(until, replaced.valid_until)
    return replaced


async def revoke_key(tx: Transaction, app_id: UUID, app_key: str, by: str, *, only_of: str | None, reason: str) -> Key:
    """Ends a key at once. `only_of` is the account that may revoke its own keys only; staff may revoke any."""
    refuse_personal(reason, "/reason")
    provider_id = await apps.owner_of(tx, app_id)
    if provider_id is None:
        raise NotFound("There is no such application")
    if only_of is not None:
        await store.lock_own_provider(tx, provider_id, only_of)
    await apps.lock_app(tx, app_id)
    key = await apps.key(tx, app_id, app_key)
    if key is None:
        raise NotFound("The application has no such key")
    if key.revoked_at is None:
        key.revoked_at, key.revoked_by, key.revoked_reason = tx.now, by, reason
        await apps.keep_key(tx, key)
        await tell_access(tx, [app_id])
        tx.record("revoke_app_key", f"app:{app_id}", new={"app_key": app_key}, reason=reason)
    return key
