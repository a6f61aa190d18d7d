"""Interim measures (7.3): what officers order while an expulsion is examined, and how it ends."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from services.enforcement import group_store, penalty_store, rulebook_store, store
from services.enforcement.domain import penalty
from services.enforcement.domain.case import Case, CaseKind
from services.enforcement.domain.decision import DecisionKind
from services.enforcement.domain.errors import CaseDecided, InterimInForce, NoInterimMeasures, NotExtendable
from services.enforcement.domain.penalty import EndedBy, Penalty
from services.enforcement.domain.rulebook import Interim, Rulebook
from services.enforcement.use_cases.decisions import keep_decision
from services.enforcement.use_cases.restrictions import restate_restrictions
from services.enforcement.use_cases.sanctions import put
from services.enforcement.use_cases.story import continue_story
from shared.contracts.effects import Target
from shared.db.transaction import Transaction
from shared.errors import Invalid
from shared.ids import new_id


async def order_interim(
    tx: Transaction, case_id: UUID, measures: Sequence[str], span: timedelta | None, officer: str, reason: str
) -> list[Penalty]:
    """Upon the provider and every account linked to it, from now on, at most as long as the rulebook says."""
    await group_store.hold_groups(tx)
    case = await store.lock_case(tx, case_id, None)
    continue_story(tx, case.correlation_id)
    book = await rulebook_store.rulebook_of(tx, case.rulebook, case.rulebook_version)
    rule = _rule(case, book)
    _check_measures(measures, rule)
    until = tx.now + _checked(span, rule)
    await _refuse_repeated(tx, case, measures)
    accounts = await group_store.accounts(tx, case.provider_id)
    decision_id = new_id()
    ordered: list[Penalty] = []
    for name in measures:
        original = penalty.order(
            new_id(), case, decision_id, book.measures[name], rule, until=until, officer=officer, at=tx.now
        )
        ordered += put(tx, original, accounts.others, accounts.group_id)
    await keep_decision(tx, DecisionKind.INTERIM, decision_id, case, officer, reason, measures=measures)
    await restate_restrictions(tx, [item.target for item in ordered])
    new = {"measures": list(measures), "until": until, "penalties": [item.penalty_id for item in ordered]}
    tx.record("order_interim", f"case:{case_id}", new=new, reason=reason)
    await tx.session.flush()
    return ordered


async def extend_interim(
    tx: Transaction, penalty_id: UUID, version: int, span: timedelta | None, officer: str, reason: str
) -> Penalty:
    """By another officer than the one who ordered or extended it last; also on the linked accounts."""
    await group_store.hold_groups(tx)
    original = await penalty_store.lock_penalty(tx, penalty_id, version)
    if original.extended_from is not None:
        raise NotExtendable("Extend the measure that this one was derived from", original=str(original.extended_from))
    case = await tx.session.get_one(Case, original.case_id)
    continue_story(tx, case.correlation_id)
    book = await rulebook_store.rulebook_of(tx, case.rulebook, case.rulebook_version)
    before = original.until
    longest = book.expulsion.interim if book.expulsion else None
    tx.emit(original.extend(officer, tx.now, _checked(span, longest) if longest else timedelta(0)))
    together = [original]
    for derived in await group_store.extended_from(tx, penalty_id):
        if not derived.is_over(tx.now) and original.until is not None:
            tx.emit(derived.lengthen(original.until))
            together.append(derived)
    await keep_decision(tx, DecisionKind.EXTENSION, new_id(), case, officer, reason, measures=[original.measure])
    await restate_restrictions(tx, [item.target for item in together])
    tx.record(
        "extend_interim",
        f"penalty:{penalty_id}",
        old={"until": before},
        new={"until": original.until, "with": [item.penalty_id for item in together[1:]]},
        reason=reason,
    )
    await tx.session.flush()
    return original


async def end_interim(tx: Transaction, case: Case, decision_id: UUID) -> list[Target]:
    """Its case is decided: what was ordered in the meantime ends. The caller restates the targets."""
    ended: list[Target] = []
    for item in await penalty_store.lock_interim(tx, case.case_id):
        if not item.is_over(tx.now):
            tx.emit(item.take_back(decision_id, tx.now, EndedBy.CASE))
            ended.append(item.target)
    return ended


def _rule(case: Case, book: Rulebook) -> Interim:
    if not case.permits.deciding:
        raise CaseDecided(f"The case is {case.status.value}", status=case.status.value)
    if case.kind is not CaseKind.EXPULSION or book.expulsion is None:
        raise NoInterimMeasures("Interim measures belong to the examination of an expulsion (7.3)")
    return book.expulsion.interim


def _check_measures(measures: Sequence[str], rule: Interim) -> None:
    errors = [
        {"pointer": f"/measures/{number}", "message": f"{name} is none of: {', '.join(sorted(rule.measures))}"}
        for number, name in enumerate(measures)
        if name not in rule.measures
    ]
    errors += [
        {"pointer": f"/measures/{number}", "message": f"{name} stands twice"}
        for number, name in enumerate(measures)
        if name in measures[:number]
    ]
    if errors:
        raise Invalid("Not every measure can be ordered here", errors=errors)


def _checked(span: timedelta | None, rule: Interim) -> timedelta:
    if span is None:
        return rule.longest
    if not timedelta(0) < span <= rule.longest:
        message = f"lasts longer than nothing and at most {rule.longest.days} days ({rule.clause})"
        raise Invalid(f"An interim measure {message}", errors=[{"pointer": "/period", "message": message}])
    return span


async def _refuse_repeated(tx: Transaction, case: Case, measures: Sequence[str]) -> None:
    for item in await penalty_store.lock_interim(tx, case.case_id):
        if item.measure in measures and item.extended_from is None and not item.is_over(tx.now):
            raise InterimInForce(
                f"{item.measure} is in force; extend it instead", measure=item.measure, penalty_id=str(item.penalty_id)
            )
