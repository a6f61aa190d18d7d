"""Approvals are looked at once more by somebody else, a share of them and the first ones of every reviewer."""

from uuid import UUID

from services.catalog import store
from services.catalog.domain.review import Decision, Review
from services.catalog.domain.sample import Sample, SampleState, Sampling
from services.catalog.use_cases.own_provider import refuse_own_provider
from shared.contracts.catalog import FindingOrigin, FindingReported, ReportedFinding
from shared.db.transaction import Transaction
from shared.errors import Invalid
from shared.ids import new_id


async def draw_sample(tx: Transaction, review: Review, sampling: Sampling) -> None:
    """Of an approval perhaps, of a refusal never: what is refused harms nobody on the market."""
    if review.decision is not Decision.APPROVE:
        return
    before = await store.decisions_of(tx, review.decided_by, sampling.first_decisions + 1) - 1
    if not sampling.takes(review.review_id, before):
        return
    sample = Sample(
        new_id(),
        review.review_id,
        review.listing_id,
        review.number,
        review.provider_id,
        review.account_id,
        review.deciders,
        tx.now,
    )
    tx.session.add(sample)
    tx.record("draw_sample", sample.target, new={"review_id": review.review_id, "deciders": review.deciders})


async def judge_sample(
    tx: Transaction,
    sample_id: UUID,
    version: int,
    reviewer: str,
    agrees: bool,
    reason: str,
    clauses: tuple[str, ...],
) -> Sample:
    """Agrees or not. What another reviewer would have refused stays live, and is reported to enforcement to judge."""
    if not agrees and not clauses:
        raise Invalid(
            "Who disagrees names at least one clause",
            errors=[{"pointer": "/clauses", "in": "body", "message": "must name the clauses that are broken"}],
        )
    sample = await store.lock_sample(tx, sample_id, version)
    await refuse_own_provider(tx, sample.provider_id, reviewer)
    then = SampleState.AGREED if agrees else SampleState.DISAGREED
    sample.settle(then, by=reviewer, at=tx.now, reason=reason, clauses=clauses)
    if not agrees:
        await _report(tx, sample)
    tx.record(
        "judge_sample",
        sample.target,
        old={"state": SampleState.OPEN},
        new={"state": then, "clauses": clauses},
        reason=reason,
    )
    return sample


async def _report(tx: Transaction, sample: Sample) -> None:
    """Only what is on the market still; a version that was followed by another harms nobody any more."""
    listing = await store.lock_listing(tx, sample.listing_id)
    if listing.live_number != sample.number:
        return
    version = await store.version_of(tx, sample.listing_id, sample.number)
    tx.emit(
        FindingReported(
            listing_id=listing.listing_id,
            provider_id=listing.provider_id,
            version=sample.number,
            origin=FindingOrigin.REVIEW,
            rules_digest=version.rules_digest,
            found_at=tx.now,
            findings=tuple(
                ReportedFinding(clause=clause, severity="warns", why_zh=sample.reason, why_en=sample.reason)
                for clause in sample.clauses
            ),
        )
    )
