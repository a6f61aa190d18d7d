"""A payment and a refund, as the payment server knows them by their ids; amounts are whole fen."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

CURRENCY = "CNY"

_FIRST_RETRY = timedelta(seconds=1)
_LAST_RETRY = timedelta(minutes=5)


class PaymentStatus(StrEnum):
    CREATED = "created"
    SUCCEEDED = "succeeded"


class RefundStatus(StrEnum):
    DUE = "due"
    DONE = "done"


@dataclass(eq=False)
class Payment:
    """At most one per order. `query_at` is when to ask the server because no webhook came; None: ask no more."""

    payment_id: str
    order_id: UUID
    amount_fen: int
    pay_url: str
    created_at: datetime
    query_at: datetime | None
    correlation_id: str
    currency: str = CURRENCY
    status: PaymentStatus = PaymentStatus.CREATED
    queries: int = 0


@dataclass(eq=False)
class Refund:
    """Money that goes back; `due_at` is when the next attempt is made."""

    refund_id: UUID
    order_id: UUID
    payment_id: str
    amount_fen: int
    due_at: datetime
    correlation_id: str
    status: RefundStatus = RefundStatus.DUE
    attempts: int = 0
    last_error: str = ""
    done_at: datetime | None = None
    version: int = field(default=1)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the payment server says about a payment that went through."""

    payment_id: str
    order_id: UUID
    amount_fen: int
    currency: str


def retry_after(attempts: int) -> timedelta:
    """Doubles from a second to five minutes."""
    return min(_FIRST_RETRY * (1 << min(attempts, 20)), _LAST_RETRY)
