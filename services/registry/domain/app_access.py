"""May an application call the open platform now, by which key, and if not, why (2.5, 2.7, 6.5.5). Pure."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.contracts.catalog import ListingKind
from shared.contracts.effects import Cause, Effect, blocking
from shared.contracts.registry import AccessCause, AppAccessChanged, AppKey, Hold

MOST_KEYS = 2
"""One that is used and one that takes over from it."""
LONGEST_OVERLAP = timedelta(days=30)


@dataclass(slots=True)
class Key:
    """A key of an app. Of its secret only the SHA-256 is kept: 256 random bits need no slow hash against guessing."""

    app_key: str
    app_id: UUID
    provider_id: UUID
    secret_hash: bytes
    created_at: datetime
    created_by: str
    valid_until: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str = ""
    revoked_reason: str = ""

    def is_valid(self, at: datetime) -> bool:
        return self.revoked_at is None and (self.valid_until is None or at < self.valid_until)

    def against(self, at: datetime) -> tuple[AccessCause, ...]:
        """Why this key opens nothing, if it does not."""
        if self.revoked_at is not None:
            return (AccessCause(clause="2.5", reason="The app key was revoked"),)
        return () if self.is_valid(at) else (AccessCause(clause="2.5", reason="The app key has ended"),)

    def opens_with(self, secret: str) -> bool:
        """In the same time whatever the secret is."""
        return hmac.compare_digest(self.secret_hash, hash_of(secret))


def hash_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


@dataclass(frozen=True, slots=True)
class Decision:
    """`changes_at` is the next instant at which the clock alone may change it."""

    allowed: bool
    causes: tuple[AccessCause, ...]
    changes_at: datetime | None


def decide(holds: Iterable[Hold], restrictions: Iterable[Cause], at: datetime) -> Decision:
    """The provider's standing ∧ everything enforcement holds against listing, provider and category.

    Whether the listing is on sale does not count: who bought it goes on using it.
    """
    restrictions = tuple(restrictions)
    causes = (
        *(AccessCause(clause=h.clause, reason=h.reason) for h in holds if Effect.CALL_API in h.effects),
        *(
            AccessCause(
                clause=cause.clause,
                reason=f"A penalty is in force: {cause.measure}",
                decision_id=cause.decision_id,
                until=cause.until,
            )
            for cause in blocking(restrictions, Effect.CALL_API, at)
        ),
    )
    turns = (turn for c in restrictions if Effect.CALL_API in c.effects for turn in (c.from_, c.until))
    return Decision(not causes, causes, min((turn for turn in turns if turn is not None and turn > at), default=None))


def decide_for(key: Key, holds: Iterable[Hold], restrictions: Iterable[Cause], at: datetime) -> Decision:
    """May a call with this key pass: the key's own validity ∧ what holds for its application."""
    decision, against = decide(holds, restrictions, at), key.against(at)
    return Decision(decision.allowed and not against, (*against, *decision.causes), next_change([key], decision, at))


def state(app_id: UUID, provider_id: UUID, keys: Iterable[Key], decision: Decision, at: datetime) -> AppAccessChanged:
    """What gateways may cache. Its version is given to it where it is kept."""
    valid = sorted((key for key in keys if key.is_valid(at)), key=lambda key: (key.created_at, key.app_key))
    return AppAccessChanged(
        app_id=app_id,
        provider_id=provider_id,
        allowed=decision.allowed,
        keys=tuple(AppKey(app_key=key.app_key, valid_until=key.valid_until) for key in valid),
        causes=decision.causes,
        changed_at=at,
    )


def next_change(keys: Iterable[Key], decision: Decision, at: datetime) -> datetime | None:
    """When the clock alone next changes what gateways may cache."""
    ends = [k.valid_until for k in keys if k.is_valid(at) and k.valid_until is not None]
    return min((turn for turn in (*ends, decision.changes_at) if turn is not None), default=None)


def may_have_keys(kind: ListingKind) -> bool:
    """Only applications call the open platform (2.4, 2.5)."""
    return kind is ListingKind.APPLICATION
