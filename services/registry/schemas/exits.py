"""The HTTP shapes of exits and receipts."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.registry.domain.exit import WAITS_FOR, Exit, ExitKind, ExitStatus, Service
from services.registry.domain.obligation import MEANINGS, ObligationKind, Open
from services.registry.domain.receipt import Receipt, ReceiptStatus
from services.registry.queries.exits import ExitView
from shared.http.fields import Reason

_Subject = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
_LISTING = "0192f3a0-0000-7000-8000-000000000002"


class ReceiptRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"listing_id": _LISTING}})
    listing_id: UUID


class ClaimRequest(ReceiptRequest):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "listing_id": _LISTING,
                "merchant_id": "merchant-1",
                "evidence": "2026-05-02 已通过加密链接交付，附签收记录",
            }
        },
    )
    merchant_id: _Subject
    evidence: Reason = Field(description="What proves that the user got the data.")
    document_id: UUID | None = Field(default=None, description="An uploaded document, such as a signed receipt.")


class ClaimDecisionRequest(ReceiptRequest):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "listing_id": _LISTING,
                "merchant_id": "merchant-1",
                "convinced": True,
                "reason": "签收记录属实",
            }
        },
    )
    merchant_id: _Subject
    convinced: bool = Field(description="False leaves the receipt due.")
    reason: Reason


class CheckItem(BaseModel):
    """One condition. `ids` and `links` show the first few; `is_told` false: no service tells of it yet."""

    kind: ObligationKind
    clause: str
    service: str
    is_told: bool
    count: int
    ids: list[str]
    links: list[str]

    @classmethod
    def of(cls, kind: ObligationKind, found: Open | None) -> Self:
        meaning = MEANINGS[kind]
        return cls(
            kind=kind,
            clause=meaning.clause,
            service=meaning.owner,
            is_told=meaning.is_told,
            count=found.count if found else 0,
            ids=list(found.ids) if found else [],
            links=found.links if found else [],
        )


class ServiceItem(BaseModel):
    """One listing's part of 7.4: to be served until `serves_until`, and the receipts of its users."""

    listing_id: UUID
    serves_until: datetime | None
    receipts_due: int
    receipts_got: int

    @classmethod
    def of(cls, service: Service) -> Self:
        return cls(
            listing_id=service.listing_id,
            serves_until=service.until,
            receipts_due=service.due,
            receipts_got=service.got,
        )


class ExitSummary(BaseModel):
    exit_id: UUID
    provider_id: UUID
    kind: ExitKind
    status: ExitStatus
    requested_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    version: int

    @classmethod
    def of(cls, leaving: Exit) -> Self:
        return cls(**{name: getattr(leaving, name) for name in cls.model_fields})


class ExitResponse(ExitSummary):
    checklist: list[CheckItem] = Field(description="Everything that this exit waits for; a `count` above 0 blocks it.")
    is_blocked: bool
    services: list[ServiceItem]
    serves_until: datetime | None = Field(description="The end of the last listing's period, as known now.")
    receipts_due: int
    receipts_got: int
    checked_at: datetime = Field(description="What other services had told by then is taken into account.")

    @classmethod
    def seen(cls, view: ExitView) -> Self:
        leaving, progress = view.exit, view.progress
        found = {one.kind: one for one in progress.open}
        waits_for = [kind for kind in ObligationKind if kind in WAITS_FOR[leaving.kind]]
        serves = leaving.permits.serves
        return cls(
            **ExitSummary.of(leaving).model_dump(),
            checklist=[CheckItem.of(kind, found.get(kind)) for kind in waits_for],
            is_blocked=any(kind in found for kind in waits_for),
            services=[ServiceItem.of(service) for service in progress.services],
            serves_until=progress.serves_until if serves else None,
            receipts_due=progress.receipts_due,
            receipts_got=progress.receipts_got,
            checked_at=view.checked_at,
        )


class ReceiptResponse(BaseModel):
    exit_id: UUID
    listing_id: UUID
    merchant_id: str
    status: ReceiptStatus
    evidence: str
    document_id: UUID | None
    claimed_at: datetime | None
    settled_at: datetime | None
    version: int

    @classmethod
    def of(cls, receipt: Receipt) -> Self:
        return cls(**{name: getattr(receipt, name) for name in cls.model_fields})
