"""How qualifications, their requests and what categories ask for are found."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy import select

from services.registry import tables
from services.registry.domain.qualification import REMINDED_DAYS, Qualification, QualificationStep
from services.registry.domain.qualification_request import OPEN, QualificationRequest
from services.registry.domain.requirement import RequiredProof, Requirement
from shared.contracts.effects import Cause, target_key
from shared.contracts.enforcement import RestrictionChanged
from shared.db.transaction import Transaction
from shared.errors import NotFound, StaleVersion


@cache
def requirements() -> Mapping[str, Requirement]:
    """By category, as the market's data lists them."""
    text = (files("services.registry") / "requirements.yaml").read_text(encoding="utf-8")
    return {row["category"]: _requirement(row) for row in yaml.safe_load(text)}


def _requirement(row: dict[str, Any]) -> Requirement:
    return Requirement(**{**row, "proofs": tuple(RequiredProof(**proof) for proof in row["proofs"])})


async def qualifications(tx: Transaction, provider_id: UUID) -> Sequence[Qualification]:
    """As they stand, those that ended too."""
    found = await tx.session.scalars(
        select(Qualification)
        .where(tables.qualification.c.provider_id == provider_id)
        .order_by(tables.qualification.c.category)
    )
    return found.all()


async def qualification(tx: Transaction, provider_id: UUID, category: str) -> Qualification | None:
    return await tx.session.get(Qualification, (provider_id, category))


async def steps(tx: Transaction, provider_id: UUID) -> Sequence[QualificationStep]:
    columns = tables.qualification_step.c
    found = await tx.session.scalars(
        select(QualificationStep).where(columns.provider_id == provider_id).order_by(columns.at, columns.step_id)
    )
    return found.all()


async def lock_request(tx: Transaction, request_id: UUID, version: int) -> QualificationRequest:
    """Its provider's row is to be locked before, as everywhere."""
    found = await tx.session.get(QualificationRequest, request_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no qualification request with this id")
    if found.version != version:
        raise StaleVersion(f"The request is at version {found.version} by now", version=found.version)
    return found


async def open_request(tx: Transaction, provider_id: UUID, category: str) -> QualificationRequest | None:
    columns = tables.qualification_request.c
    found = await tx.session.scalars(
        select(QualificationRequest).where(
            columns.provider_id == provider_id, columns.category == category, columns.state.in_(OPEN)
        )
    )
    return found.first()


async def category_restriction(tx: Transaction, provider_id: UUID, category: str) -> tuple[tuple[Cause, ...], int]:
    """What enforcement holds against the provider within the category, and which state of it that is."""
    key = target_key("provider_category", provider_id, category)
    columns = tables.restriction.c
    row = (await tx.session.execute(select(columns.state, columns.sequence).where(columns.key == key))).first()
    return ((), 0) if row is None else (RestrictionChanged.model_validate(row[0]).causes, row[1])


async def claim_to_remind(tx: Transaction, limit: int) -> Sequence[tuple[UUID, str]]:
    """(provider, category) of qualifications that are to be reminded of, their providers locked."""
    rows = await tx.driver.fetch(
        """
        SELECT q.provider_id, q.category
        FROM qualification q JOIN provider p USING (provider_id)
        WHERE q.expires_at IS NOT NULL AND q.revoked_at IS NULL AND q.lapsed_at IS NULL
          AND q.expires_at > $1 AND q.expires_at <= $1 + make_interval(days => $2)
          AND (q.reminded_days IS NULL
               OR (q.reminded_days > $3 AND q.expires_at <= $1 + make_interval(days => $3)))
        ORDER BY q.expires_at LIMIT $4 FOR UPDATE OF p SKIP LOCKED
        """,
        tx.now,
        max(REMINDED_DAYS),
        min(REMINDED_DAYS),
        limit,
    )
    return [(row["provider_id"], row["category"]) for row in rows]


async def claim_lapsed(tx: Transaction, limit: int) -> Sequence[tuple[UUID, str]]:
    """(provider, category) of qualifications whose end was not dealt with, their providers locked."""
    rows = await tx.driver.fetch(
        """
        SELECT q.provider_id, q.category
        FROM qualification q JOIN provider p USING (provider_id)
        WHERE q.expires_at IS NOT NULL AND q.revoked_at IS NULL AND q.lapsed_at IS NULL AND q.expires_at <= $1
        ORDER BY q.expires_at LIMIT $2 FOR UPDATE OF p SKIP LOCKED
        """,
        tx.now,
        limit,
    )
    return [(row["provider_id"], row["category"]) for row in rows]
