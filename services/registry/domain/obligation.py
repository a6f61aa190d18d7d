"""What a provider still has open somewhere in the market, and by which clause that keeps it from leaving (7.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.contracts.catalog import ListingLifecycle, ListingState
from shared.contracts.enforcement import CaseChanged
from shared.contracts.orders import BalanceChanged, OrderPlaced, OrderUpdated


class ObligationKind(StrEnum):
    LISTING_ON_SALE = "listing_on_sale"
    OPEN_ORDER = "open_order"
    REFUND = "refund"
    RIGHTS_CLAIM = "rights_claim"
    DISPUTE = "dispute"
    COMPLAINT = "complaint"
    OPEN_CASE = "open_case"
    EXPULSION = "expulsion"
    FEE_OWED = "fee_owed"
    COMPENSATION_OWED = "compensation_owed"
    PAYOUT_DUE = "payout_due"


@dataclass(frozen=True, slots=True)
class Meaning:
    """`path` is where the owner shows it. `is_told`: a fact of the owner already says so."""

    clause: str
    owner: str
    path: str
    is_told: bool = True


MEANINGS: dict[ObligationKind, Meaning] = {
    ObligationKind.LISTING_ON_SALE: Meaning("7.1.1", "catalog", "/v1/listings/{id}"),
    ObligationKind.OPEN_ORDER: Meaning("7.1.2", "orders", "/v1/orders/{id}"),
    ObligationKind.REFUND: Meaning("7.1.3", "orders", "/v1/orders/{id}"),
    ObligationKind.RIGHTS_CLAIM: Meaning("7.1.3", "orders", "/v1/disputes/{id}", is_told=False),
    ObligationKind.DISPUTE: Meaning("7.1.3", "orders", "/v1/disputes/{id}", is_told=False),
    ObligationKind.COMPLAINT: Meaning("7.1.3", "enforcement", "/v1/cases/{id}"),
    ObligationKind.OPEN_CASE: Meaning("7.1.3", "enforcement", "/v1/cases/{id}"),
    ObligationKind.EXPULSION: Meaning("7.2", "enforcement", "/v1/cases/{id}"),
    ObligationKind.FEE_OWED: Meaning("7.1.4", "orders", "/v1/ledger/balances"),
    ObligationKind.COMPENSATION_OWED: Meaning("7.1.4", "orders", "/v1/ledger/balances", is_told=False),
    ObligationKind.PAYOUT_DUE: Meaning("7.2", "orders", "/v1/ledger/balances"),
}
"""A kind that its owner cannot tell of yet needs no more than a reaction that keeps an `Obligation`."""

SETTLEMENT = frozenset(
    {
        ObligationKind.REFUND,
        ObligationKind.FEE_OWED,
        ObligationKind.COMPENSATION_OWED,
        ObligationKind.PAYOUT_DUE,
    }
)
"""What the final settlement after an expulsion waits for."""

CONDITIONS = frozenset(ObligationKind) - {ObligationKind.PAYOUT_DUE}
"""What leaving of one's own accord waits for (7.1): money that the market owes does not hold a provider back."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """What one thing of another service means for its provider now; empty `kinds`: nothing any more."""

    key: str
    provider_id: UUID
    kinds: frozenset[ObligationKind]


@dataclass(frozen=True, slots=True)
class Open:
    """All that is open of one kind: how many, and the first few by id."""

    kind: ObligationKind
    count: int
    ids: tuple[str, ...]

    @property
    def meaning(self) -> Meaning:
        return MEANINGS[self.kind]

    @property
    def links(self) -> list[str]:
        return sorted({self.meaning.path.format(id=one) for one in self.ids})


def among(found: Iterable[Open], kinds: frozenset[ObligationKind]) -> tuple[Open, ...]:
    return tuple(one for one in found if one.kind in kinds)


def of_listing(listing: ListingState) -> Obligation:
    on_sale = listing.lifecycle is ListingLifecycle.LIVE
    return _obligation("listing", listing.listing_id, listing.provider_id, LISTING_ON_SALE=on_sale)


def of_placed_order(order: OrderPlaced) -> Obligation:
    return _obligation("order", order.order_id, order.provider_id, OPEN_ORDER=True)


def of_order(order: OrderUpdated) -> Obligation:
    return _obligation(
        "order", order.order_id, order.provider_id, OPEN_ORDER=order.is_open, REFUND=order.refund_pending
    )


def of_balance(balance: BalanceChanged) -> Obligation:
    return _obligation(
        "balance",
        balance.provider_id,
        balance.provider_id,
        FEE_OWED=balance.owed_fen > 0,
        PAYOUT_DUE=balance.due_fen > 0,
    )


def of_case(case: CaseChanged) -> Obligation:
    is_open = case.status == "open"
    return _obligation(
        "case",
        case.case_id,
        case.provider_id,
        COMPLAINT=is_open and case.kind == "complaint",
        EXPULSION=is_open and case.kind == "expulsion",
        OPEN_CASE=is_open and case.kind not in ("complaint", "expulsion"),
    )


def _obligation(aggregate: str, aggregate_id: UUID, provider_id: UUID, **kinds: bool) -> Obligation:
    held = frozenset(ObligationKind[name] for name, holds in kinds.items() if holds)
    return Obligation(f"{aggregate}:{aggregate_id}", provider_id, held)
