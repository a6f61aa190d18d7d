"""What a provider put right ends the penalties that it answers: those that it names and saw (6.5.2, 6.5.6)."""

from collections.abc import Sequence

from services.enforcement import group_store, penalty_store, tables
from services.enforcement.domain.case import Case
from services.enforcement.domain.cure import Cure, of_relisting
from services.enforcement.domain.decision import DecisionKind
from services.enforcement.domain.penalty import Penalty, PenaltyStatus
from services.enforcement.use_cases.decisions import keep_decision
from services.enforcement.use_cases.restrictions import restate_restrictions
from services.enforcement.use_cases.story import continue_story
from shared.contracts.catalog import ListingRelisted, ListingSubmitted
from shared.contracts.effects import Target
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.ids import new_id
from shared.messaging.reaction import Received, context_of


async def learn_relistings(tx: Transaction, received: Sequence[Received[ListingRelisted]]) -> None:
    """Keeps the listings' states; each fact cures, also one that a later state of its listing has superseded."""
    await keep(tx, tables.listing, received)
    for item in received:
        tx.context = context_of(item.envelope)
        await cure_penalties(tx, of_relisting(item.event))


async def cure_penalties(tx: Transaction, cure: Cure) -> list[Penalty]:
    """Ends exactly those; what was applied after the state that the cure saw is not cured by it."""
    if not cure.penalties:
        return []
    await group_store.lock_groups(tx)
    named = await penalty_store.lock_penalties(tx, cure.penalties)
    cured = [item for item in named if item.is_cured_by(cure, tx.now)]
    for item in cured:
        await _end(tx, item, cure)
    await restate_restrictions(tx, [item.target for item in cured])
    await tx.session.flush()
    return cured


async def note_correction(tx: Transaction, submitted: ListingSubmitted) -> None:
    """A correction waits for review: written into the story of each penalty that it answers, and ends none of them."""
    target = Target(kind="listing", id=submitted.listing_id)
    for item in await penalty_store.lock_penalties(tx, submitted.answers):
        if item.target != target:
            continue
        case = await tx.session.get_one(Case, item.case_id)
        continue_story(tx, case.correlation_id)
        tx.record(
            "submit_correction",
            f"penalty:{item.penalty_id}",
            new={
                "listing_id": submitted.listing_id,
                "listing_version": submitted.version,
                "submitted_at": submitted.submitted_at,
                "restriction_sequence": submitted.restriction_sequence,
            },
        )


async def _end(tx: Transaction, item: Penalty, cure: Cure) -> None:
    case = await tx.session.get_one(Case, item.case_id)
    decision_id = new_id()
    await keep_decision(tx, DecisionKind.CURE, decision_id, case, tx.context.actor, cure.because)
    tx.emit(item.end_by(cure, decision_id, tx.now))
    tx.record(
        "cure_penalty",
        f"penalty:{item.penalty_id}",
        old={"status": PenaltyStatus.APPLIED},
        new={"status": item.status, "decision_id": decision_id, "restriction_sequence": cure.seen_sequence},
        reason=cure.because,
    )
