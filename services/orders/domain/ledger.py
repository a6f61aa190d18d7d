"""The posting templates: every step that moves money, as debits (+) and credits (-) that sum to zero.

The merchant gets the whole price back on a refund. The technical service fee, once taken, is kept (clause 5.1): the
provider bears it, so the provider's account may fall below zero and carries the debt.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.contracts.orders import BalanceChanged

PAYMENTS = "payments"  # money that lies at the payment server: an asset
REFUNDS_DUE = "refunds_due"  # money that goes back to merchants: a liability
TECHNICAL_FEES = "technical_fees"  # the market's revenue


def provider_account(provider_id: UUID) -> str:
    return f"provider:{provider_id}"


def balance_of(provider_id: UUID, amount_fen: int, at: datetime) -> BalanceChanged:
    """What a provider's account says: a credit (-) is still to be paid to it, a debit (+) is what it owes."""
    return BalanceChanged(
        provider_id=provider_id, owed_fen=max(amount_fen, 0), due_fen=max(-amount_fen, 0), changed_at=at
    )


class Template(StrEnum):
    PAY = "pay"
    TECHNICAL_FEE = "technical_fee"
    OWE_REFUND = "owe_refund"
    STRAY_PAYMENT = "stray_payment"
    PAY_REFUND = "pay_refund"


@dataclass(frozen=True, slots=True)
class Posting:
    account: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One ledger transaction. `reference` makes it unique per template, so no step can be posted twice."""

    template: Template
    reference: str
    postings: tuple[Posting, ...]


def _move(template: Template, reference: str, amount_fen: int, *, debit: str, credit: str) -> list[Entry]:
    if amount_fen < 0:
        raise ValueError(f"{template} of {amount_fen} fen: an amount is never negative")
    if amount_fen == 0:
        return []
    return [Entry(template, reference, (Posting(debit, amount_fen), Posting(credit, -amount_fen)))]


def pay(order_id: UUID, provider_id: UUID, price_fen: int) -> list[Entry]:
    """The merchant paid; the market owes it to the provider."""
    return _move(Template.PAY, str(order_id), price_fen, debit=PAYMENTS, credit=provider_account(provider_id))


def take_fee(order_id: UUID, provider_id: UUID, fee_fen: int) -> list[Entry]:
    """The technical service fee, taken from what the provider is owed."""
    account = provider_account(provider_id)
    return _move(Template.TECHNICAL_FEE, str(order_id), fee_fen, debit=account, credit=TECHNICAL_FEES)


def owe_refund(refund_id: UUID, provider_id: UUID, amount_fen: int) -> list[Entry]:
    """A paid order is given back: owed to the merchant from now on, and no longer to the provider."""
    account = provider_account(provider_id)
    return _move(Template.OWE_REFUND, str(refund_id), amount_fen, debit=account, credit=REFUNDS_DUE)


def stray_payment(refund_id: UUID, amount_fen: int) -> list[Entry]:
    """Money came for an order that takes none any more: it belongs to the merchant, no fee is taken."""
    return _move(Template.STRAY_PAYMENT, str(refund_id), amount_fen, debit=PAYMENTS, credit=REFUNDS_DUE)


def pay_refund(refund_id: UUID, amount_fen: int) -> list[Entry]:
    """The payment server gave the money back."""
    return _move(Template.PAY_REFUND, str(refund_id), amount_fen, debit=REFUNDS_DUE, credit=PAYMENTS)
