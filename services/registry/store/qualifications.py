"""How qualifications are found."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from services.registry import tables
from services.registry.domain.qualification import Qualification
from shared.db.transaction import Transaction


async def qualifications(tx: Transaction, provider_id: UUID) -> Sequence[Qualification]:
    found = await tx.session.scalars(
        select(Qualification)
        .where(tables.qualification.c.provider_id == provider_id)
        .order_by(tables.qualification.c.category)
    )
    return found.all()
