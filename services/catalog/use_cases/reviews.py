"""What a reviewer can do with a submitted version. Each verb is one transaction, which its caller commits."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from services.catalog import store
from services.catalog.domain.listing import Listing, ListingVersion, Verdict
from services.catalog.domain.screening.finding import Finding
from services.catalog.use_cases import publishing
from shared.db.transaction import Transaction
from shared.errors import Invalid

Written = tuple[Listing, ListingVersion]


class Decision(StrEnum):
    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    REJECT = "reject"


async def open_review(
    tx: Transaction, listing: Listing, version: ListingVersion, live: ListingVersion | None, findings: Sequence[Finding]
) -> None:
    """A submitted version enters the queue."""


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
        await publishing.approve(tx, listing, newest, verdict)
        return
    if not verdict.clauses:
        raise Invalid(
            "A refusal names at least one clause",
            errors=[{"pointer": "/clauses", "in": "body", "message": "must name the clauses that are broken"}],
        )
    if decision is Decision.REJECT:
        await publishing.reject(tx, listing, newest, verdict)
    else:
        await publishing.request_changes(tx, listing, newest, verdict)
