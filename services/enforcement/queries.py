"""Reads for HTTP. Never used to decide."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Row, select, tuple_

from services.enforcement import penalty_store, store, tables
from services.enforcement.domain.appeal import Appeal, AppealStatus
from services.enforcement.domain.case import Case, CaseKind, CaseStatus
from services.enforcement.domain.decision import Decision
from services.enforcement.domain.explain import Answer, TargetCause, bearing_on, explain
from services.enforcement.domain.penalty import Penalty
from services.enforcement.domain.report import Report
from services.enforcement.domain.violation import Violation
from shared.contracts.effects import Target, target_key
from shared.db.transaction import Transaction
from shared.errors import NotFound

K = TypeVar("K", Case, Violation, Penalty, Appeal)
Providers = Collection[UUID] | None
"""Whose things may be read; None: everybody's."""


async def _page(
    tx: Transaction, kind: type[K], key: Column[Any], after: UUID | None, limit: int, *where: ColumnElement[bool]
) -> Sequence[K]:
    """The newest first; ids sort by the time they were made."""
    query = select(kind).where(*where).order_by(key.desc()).limit(limit)
    return (await tx.session.scalars(query if after is None else query.where(key < after))).all()


def _visible(column: Column[Any], providers: Providers) -> list[ColumnElement[bool]]:
    return [] if providers is None else [column.in_(providers)]


def _equal(pairs: dict[Column[Any], Any]) -> list[ColumnElement[bool]]:
    return [column == value for column, value in pairs.items() if value is not None]


async def _one(tx: Transaction, kind: type[K], key: UUID, name: str, providers: Providers) -> K:
    found = await tx.session.get(kind, key)
    if found is None or (providers is not None and found.provider_id not in providers):
        raise NotFound(f"There is no such {name}")
    return found


async def cases(
    tx: Transaction,
    after: UUID | None,
    limit: int,
    status: CaseStatus | None,
    listing_id: UUID | None,
    provider_id: UUID | None,
    kind: CaseKind | None,
) -> Sequence[Case]:
    columns = tables.case_file.c
    where = _equal(
        {
            columns.status: status,
            columns.listing_id: listing_id,
            columns.provider_id: provider_id,
            columns.kind: kind,
        }
    )
    return await _page(tx, Case, columns.case_id, after, limit, *where)


async def case(tx: Transaction, case_id: UUID) -> Case:
    found = await tx.session.get(Case, case_id)
    if found is None:
        raise NotFound("There is no such case")
    return found


async def reports_of(tx: Transaction, case_id: UUID) -> Sequence[Report]:
    query = select(Report).where(tables.report.c.case_id == case_id).order_by(tables.report.c.report_id)
    return (await tx.session.scalars(query)).all()


async def decisions_of(tx: Transaction, case_id: UUID) -> Sequence[Decision]:
    query = select(Decision).where(tables.decision.c.case_id == case_id).order_by(tables.decision.c.decision_id)
    return (await tx.session.scalars(query)).all()


async def report(tx: Transaction, report_id: UUID, reporter: str) -> tuple[Report, Case]:
    found = await tx.session.get(Report, report_id)
    if found is None or found.reporter != reporter:
        raise NotFound("There is no such report")
    return found, await case(tx, found.case_id)


async def unmatched_findings(tx: Transaction, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Row[Any]]:
    """The newest first."""
    columns = tables.unmatched_finding.c
    query = select(tables.unmatched_finding).order_by(columns.kept_at.desc(), columns.finding_id.desc()).limit(limit)
    if after is not None:
        query = query.where(tuple_(columns.kept_at, columns.finding_id) < tuple_(*after))
    return (await tx.session.execute(query)).all()


async def violations(
    tx: Transaction,
    after: UUID | None,
    limit: int,
    providers: Providers,
    listing_id: UUID | None,
    provider_id: UUID | None,
) -> Sequence[Violation]:
    columns = tables.violation.c
    where = _equal({columns.listing_id: listing_id, columns.provider_id: provider_id})
    return await _page(
        tx, Violation, columns.violation_id, after, limit, *where, *_visible(columns.provider_id, providers)
    )


async def violation(tx: Transaction, violation_id: UUID, providers: Providers) -> Violation:
    """Also for a linked account that its penalties hit: to the market both are one provider."""
    if providers is not None and await penalty_store.accounts_hit(tx, violation_id) & set(providers):
        providers = None
    return await _one(tx, Violation, violation_id, "violation", providers)


async def penalties_of(tx: Transaction, violation_id: UUID, providers: Providers) -> Sequence[Penalty]:
    columns = tables.penalty.c
    visible = _visible(columns.provider_id, providers)
    query = select(Penalty).where(columns.violation_id == violation_id, *visible).order_by(columns.penalty_id)
    return (await tx.session.scalars(query)).all()


async def interim_of(tx: Transaction, case_id: UUID) -> Sequence[Penalty]:
    columns = tables.penalty.c
    query = select(Penalty).where(columns.case_id == case_id, columns.interim).order_by(columns.penalty_id)
    return (await tx.session.scalars(query)).all()


async def penalties(
    tx: Transaction,
    after: UUID | None,
    limit: int,
    providers: Providers,
    listing_id: UUID | None,
    provider_id: UUID | None,
) -> Sequence[Penalty]:
    """`listing_id`: those on the listing itself; `provider_id`: all of the provider's, on whatever target."""
    columns = tables.penalty.c
    key = None if listing_id is None else target_key("listing", listing_id)
    where = _equal({columns.target_key: key, columns.provider_id: provider_id})
    return await _page(tx, Penalty, columns.penalty_id, after, limit, *where, *_visible(columns.provider_id, providers))


async def penalty(tx: Transaction, penalty_id: UUID, providers: Providers) -> Penalty:
    return await _one(tx, Penalty, penalty_id, "penalty", providers)


async def appeals(
    tx: Transaction, after: UUID | None, limit: int, providers: Providers, status: AppealStatus | None
) -> Sequence[Appeal]:
    columns = tables.appeal.c
    where = [*_equal({columns.status: status}), *_visible(columns.provider_id, providers)]
    return await _page(tx, Appeal, columns.appeal_id, after, limit, *where)


async def appeal(tx: Transaction, appeal_id: UUID, providers: Providers) -> Appeal:
    return await _one(tx, Appeal, appeal_id, "appeal", providers)


async def explanation(tx: Transaction, asked: Target) -> list[Answer]:
    listing = await store.known_listing(tx, asked.id) if asked.kind == "listing" else None
    targets = bearing_on(asked, listing)
    held = [
        TargetCause(target, penalty.cause())
        for target in targets
        for penalty in await penalty_store.penalties_on(tx, target)
    ]
    provider_id = next((target.id for target in targets if target.kind == "provider"), None)
    standing = await store.known_provider(tx, provider_id) if provider_id else None
    return explain(held, standing, tx.now)
