"""What a reviewer can do with a submitted version. Each verb is one transaction, which its caller commits."""

from enum import StrEnum
from uuid import UUID

from services.catalog import store
from services.catalog.domain.listing import Listing, ListingVersion, Verdict
from services.catalog.use_cases.listings import Written, refuse_blocked_publishing
from shared.db.transaction import Transaction
from shared.errors import Invalid


class Decision(StrEnum):
    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    REJECT = "reject"


async def claim_review(tx: Transaction, listing_id: UUID, version: int, reviewer: str) -> Written:
    """Takes the version for a while, so that nobody else spends time on it."""
    listing = await store.lock_listing(tx, listing_id, version=version)
    newest = await store.newest_version(tx, listing)
    old = newest.state
    listing.claim(newest, by=reviewer, at=tx.now)
    tx.record(
        "claim_review",
        f"listing:{listing_id}",
        old={"state": old},
        new={"state": newest.state, "number": newest.number, "claimed_until": newest.claimed_until},
    )
    return listing, newest


async def decide_review(
    tx: Transaction,
    listing_id: UUID,
    version: int,
    reviewer: str,
    decision: Decision,
    reason: str,
    clauses: tuple[str, ...],
) -> Written:
    """Of two reviewers with the same version in hand one decides, the other learns that it changed."""
    listing = await store.lock_listing(tx, listing_id, version=version)
    newest = await store.newest_version(tx, listing)
    old = newest.state
    await _carry_out(tx, listing, newest, decision, Verdict(reviewer, tx.now, reason, clauses))
    tx.record(
        "decide_review",
        f"listing:{listing_id}",
        old={"state": old},
        new={"state": newest.state, "number": newest.number, "decision": decision, "clauses": clauses},
        reason=reason,
    )
    return listing, newest


async def _carry_out(
    tx: Transaction, listing: Listing, newest: ListingVersion, decision: Decision, verdict: Verdict
) -> None:
    if decision is Decision.APPROVE:
        live = await store.live_version(tx, listing)
        # What this reviewer may not do is said first, then what nobody may do now; a refusal takes both back.
        tx.emit(*listing.approve(newest, live, verdict))
        await refuse_blocked_publishing(tx, listing, newest.content.category, corrections_pass=False)
        return
    if not verdict.clauses:
        raise Invalid(
            "A refusal names at least one clause",
            errors=[{"pointer": "/clauses", "in": "body", "message": "must name the clauses that are broken"}],
        )
    if decision is Decision.REJECT:
        tx.emit(*listing.reject(newest, verdict))
    else:
        listing.request_changes(newest, verdict)
