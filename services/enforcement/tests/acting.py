"""Acting on a database in tests: each step in a transaction of its own, as its edge does it."""

from typing import Any
from uuid import UUID

from services.enforcement.domain.appeal import Outcome
from services.enforcement.domain.case import CaseKind
from services.enforcement.tests.asking import LISTING, PROVIDER
from services.enforcement.tests.builders import an_outage, hear, told
from services.enforcement.use_cases.appeals import decide_appeal, file_appeal
from services.enforcement.use_cases.cases import Charge, investigate
from services.enforcement.use_cases.confirmations import (
    approve_confirmation,
    confirm_violation,
    recommend_confirmation,
)
from services.enforcement.use_cases.interim import order_interim
from services.enforcement.use_cases.proof import Grounds
from shared.contracts.effects import Target
from shared.contracts.monitoring import OutageCause
from shared.db.transaction import Database


def grounds(officer: str = "anna", cause: OutageCause | None = OutageCause.DEFECT) -> Grounds:
    return Grounds(officer, cause, "stack trace", "reproduced")


async def propose(db: Database, **varies: Any) -> tuple[UUID, int]:
    given = {"listing_id": LISTING.listing_id, "provider_id": PROVIDER.provider_id, **varies}
    outage = an_outage(**given)
    await hear(db, outage)
    async with db.transaction() as tx:
        case_id = await tx.driver.fetchval("SELECT case_id FROM case_file WHERE origin_id = $1", outage.outage_id)
    return case_id, 1


async def confirm(db: Database, case_id: UUID, version: int = 1, **varies: Any) -> tuple[UUID, list[UUID]]:
    async with db.transaction() as tx:
        violation, penalties = await confirm_violation(tx, case_id, version, grounds(**varies))
        return violation.violation_id, [penalty.penalty_id for penalty in penalties]


async def charge(
    db: Database, act: str, provider_id: UUID, kind: CaseKind = CaseKind.EXPULSION, listing_id: UUID | None = None
) -> UUID:
    """Anna opens a case after an investigation."""
    async with db.transaction() as tx:
        said = Charge(kind, act, "", provider_id, listing_id, None, "31 chats", "it goes on")
        return (await investigate(tx, "anna", said)).case_id


async def prove(db: Database, act: str, provider_id: UUID, listing_id: UUID | None = None) -> tuple[UUID, list[UUID]]:
    """Anna investigates an act and finds it proven."""
    case_id = await charge(db, act, provider_id, CaseKind.VIOLATION, listing_id)
    return await confirm(db, case_id, cause=None)


async def order(db: Database, case_id: UUID, *measures: str) -> list[UUID]:
    async with db.transaction() as tx:
        return [item.penalty_id for item in await order_interim(tx, case_id, measures, None, "anna", "a risk")]


async def expel(db: Database, case_id: UUID, *also: str) -> tuple[UUID, list[UUID]]:
    """Anna recommends it and Bela approves."""
    async with db.transaction() as tx:
        await recommend_confirmation(tx, case_id, 1, grounds(cause=None), also)
    async with db.transaction() as tx:
        violation, penalties = await approve_confirmation(tx, case_id, 2, "bela", "grave indeed")
        return violation.violation_id, [penalty.penalty_id for penalty in penalties]


async def held(db: Database, provider_id: UUID, category: str = "") -> list[str]:
    """The measures in force on a provider, as others were told last."""
    kind = "provider_category" if category else "provider"
    key = Target(kind=kind, id=provider_id, category=category).key
    words = [word for word in await told(db, "restriction.changed") if word["target_key"] == key]
    return sorted(cause["measure"] for cause in words[-1]["causes"]) if words else []


async def appeal(db: Database, violation_id: UUID) -> UUID:
    async with db.transaction() as tx:
        return (await file_appeal(tx, violation_id, "acme", "It was not us")).appeal_id


async def decide(db: Database, appeal_id: UUID, outcome: Outcome, officer: str = "bela") -> None:
    async with db.transaction() as tx:
        await decide_appeal(tx, appeal_id, 1, officer, outcome, "because")
