"""What enforcement said: restrictions, and the seals of its audit trail."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from services.registry import tables
from shared.contracts.effects import Cause, target_key
from shared.contracts.enforcement import RestrictionChanged
from shared.db.transaction import Transaction


async def causes(tx: Transaction, provider_id: UUID, category: str = "") -> list[Cause]:
    """What enforcement holds against the provider, and against it in this category if one is named."""
    keys = [target_key("provider", provider_id)]
    if category:
        keys.append(target_key("provider_category", provider_id, category))
    states = await tx.session.scalars(select(tables.restriction.c.state).where(tables.restriction.c.key.in_(keys)))
    return [cause for state in states for cause in RestrictionChanged.model_validate(state).causes]


async def keep_anchor(tx: Transaction, service: str, count: int, head_hash: str, sealed_at: datetime) -> None:
    anchor = insert(tables.audit_anchor).values(service=service, count=count, head_hash=head_hash, sealed_at=sealed_at)
    await tx.session.execute(anchor.on_conflict_do_nothing())
