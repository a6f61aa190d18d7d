"""The HTTP shapes of applications on the open platform."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.registry.domain.app_access import LONGEST_OVERLAP, Decision, Key
from shared.contracts.registry import AccessCause

AppKeyText = Annotated[str, StringConstraints(pattern=r"^ak_[a-z2-7]{24}$")]


class KeyRequest(BaseModel):
    """`replaces` names the key that ends after the overlap; without it a further key is made."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"replaces": "ak_aaaaaaaaaaaaaaaaaaaaaaaa", "overlap_seconds": 86400}},
    )
    replaces: AppKeyText | None = None
    overlap_seconds: int = Field(default=0, ge=0, le=int(LONGEST_OVERLAP.total_seconds()))


class KeyItem(BaseModel):
    app_key: str
    created_at: datetime
    valid_until: datetime | None
    revoked_at: datetime | None
    valid: bool

    @classmethod
    def of(cls, key: Key, at: datetime) -> Self:
        return cls(
            app_key=key.app_key,
            created_at=key.created_at,
            valid_until=key.valid_until,
            revoked_at=key.revoked_at,
            valid=key.is_valid(at),
        )


class IssuedKeyResponse(KeyItem):
    """`secret` is shown in this one answer and kept nowhere: a repeat of the request finds it empty."""

    app_id: UUID
    secret: str


class CauseItem(BaseModel):
    clause: str
    reason: str
    decision_id: UUID | None
    until: datetime | None

    @classmethod
    def of(cls, cause: AccessCause) -> Self:
        return cls(clause=cause.clause, reason=cause.reason, decision_id=cause.decision_id, until=cause.until)


class AppResponse(BaseModel):
    """`version` is that of the last `app_access.changed` of the application."""

    app_id: UUID
    version: int
    allowed: bool
    causes: list[CauseItem]
    keys: list[KeyItem]

    @classmethod
    def of(cls, app_id: UUID, version: int, keys: Iterable[Key], decision: Decision, at: datetime) -> Self:
        return cls(
            app_id=app_id,
            version=version,
            allowed=decision.allowed,
            causes=[CauseItem.of(cause) for cause in decision.causes],
            keys=[KeyItem.of(key, at) for key in keys],
        )


class SecretRequest(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"app_key": "ak_aaaaaaaaaaaaaaaaaaaaaaaa", "secret": "what was shown once"}},
    )
    app_key: AppKeyText
    secret: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]


class AccessResponse(BaseModel):
    """May a call with this key pass now. `valid_until`: when the clock alone may change that; null: only events do.

    `version` is that of the last `app_access.changed`: an event with a higher one supersedes this answer.
    """

    app_key: str
    app_id: UUID
    provider_id: UUID
    allowed: bool
    causes: list[CauseItem]
    valid_until: datetime | None
    version: int

    @classmethod
    def of(cls, key: Key, decision: Decision, version: int) -> Self:
        return cls(
            app_key=key.app_key,
            app_id=key.app_id,
            provider_id=key.provider_id,
            allowed=decision.allowed,
            causes=[CauseItem.of(cause) for cause in decision.causes],
            valid_until=decision.changes_at,
            version=version,
        )
