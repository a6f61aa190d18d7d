"""What samples wait for another reviewer, and how those that were judged went."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, select, true

from services.catalog import tables
from services.catalog.domain.sample import Sample, SampleState
from services.catalog.domain.version import ListingVersion
from shared.db.transaction import Transaction

_columns = tables.sample.c


@dataclass(frozen=True, slots=True)
class SampledVersion:
    sample: Sample
    version: ListingVersion


async def samples(
    tx: Transaction, state: SampleState, not_by: str | None, after: UUID | None, limit: int
) -> Sequence[SampledVersion]:
    """The oldest first. Those that `not_by` may not judge, because it decided or owns them, are left out."""
    versions = tables.listing_version.c
    of_others = _not_of(not_by) if not_by is not None else true()
    rows = await tx.session.execute(
        select(Sample, ListingVersion)
        .join(ListingVersion, (versions.listing_id == _columns.listing_id) & (versions.number == _columns.number))
        .where(_columns.state == state, of_others, _columns.sample_id > after if after is not None else true())
        .order_by(_columns.sample_id)
        .limit(limit)
    )
    return [SampledVersion(row[0], row[1]) for row in rows]


def _not_of(reviewer: str) -> ColumnElement[bool]:
    decided = func.array_position(_columns.deciders, cast(reviewer, Text))
    return decided.is_(None) & (_columns.account_id != reviewer)
