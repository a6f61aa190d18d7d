"""How findings are kept whose clause is no act of the rulebook."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from services.enforcement import tables
from shared.contracts.catalog import FindingReported, ReportedFinding
from shared.db.transaction import Transaction


async def keep_unmatched(tx: Transaction, finding_id: UUID, found: FindingReported, item: ReportedFinding) -> bool:
    """Whether it is new here."""
    row = insert(tables.unmatched_finding).values(
        finding_id=finding_id,
        listing_id=found.listing_id,
        provider_id=found.provider_id,
        listing_version=found.version,
        origin=found.origin.value,
        rules_digest=found.rules_digest,
        clause=item.clause,
        finding=item.model_dump(mode="json"),
        found_at=found.found_at,
        kept_at=tx.now,
    )
    added = await tx.session.execute(row.on_conflict_do_nothing().returning(tables.unmatched_finding.c.finding_id))
    return added.one_or_none() is not None
