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
    app_id: UUID
    allowed: bool
    causes: list[CauseItem]
    keys: list[KeyItem]

    @classmethod
    def of(cls, app_id: UUID, keys: Iterable[Key], decision: Decision, at: datetime) -> Self:
        return cls(
            app_id=app_id,
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
    """May a call with this key pass now. `holds_until`: when the clock alone may change that; None: by events only."""

    app_key: str
    app_id: UUID
    provider_id: UUID
    allowed: bool
    causes: list[CauseItem]
    holds_until: datetime | None
