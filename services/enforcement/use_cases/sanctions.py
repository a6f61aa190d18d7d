"""Applying measures: to the violator's own target, and to every account that is the same provider (6.5.11)."""

from collections.abc import Iterable
from uuid import UUID

from services.enforcement.domain import penalty
from services.enforcement.domain.penalty import Penalty
from services.enforcement.domain.rulebook import Rulebook, Sanction
from services.enforcement.domain.violation import Violation
from shared.db.transaction import Transaction
from shared.ids import new_id


def impose(tx: Transaction, violation: Violation, book: Rulebook, sanctions: Iterable[Sanction]) -> list[Penalty]:
    """The groups are held, so the accounts on the violation are those of this moment."""
    penalties: list[Penalty] = []
    for sanction in sanctions:
        measure = book.measures[sanction.measure]
        spread = sanction.spread or measure.spread
        own, *linked = violation.subject.targets(measure.scope, spread)
        original = penalty.apply(new_id(), violation, measure, own, sanction.period, spread)
        penalties += put(tx, original, [target.id for target in linked], violation.group_id)
    return penalties


def put(tx: Transaction, original: Penalty, others: Iterable[UUID], group_id: UUID | None) -> list[Penalty]:
    """A new penalty, and the ones extended from it to the other accounts of the group."""
    return [_begin(tx, original), *(extend(tx, original, account, group_id) for account in others)]


def extend(tx: Transaction, original: Penalty, account: UUID, group_id: UUID | None) -> Penalty:
    return _begin(tx, original.extended_to(new_id(), account, group_id, tx.now))


def _begin(tx: Transaction, item: Penalty) -> Penalty:
    tx.session.add(item)
    tx.emit(item.applied())
    return item
