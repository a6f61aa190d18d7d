"""Acting on a database in tests: each step in a transaction of its own, as its edge does it."""

from typing import Any
from uuid import UUID

from services.enforcement.domain.appeal import Outcome
from services.enforcement.tests.asking import LISTING, PROVIDER
from services.enforcement.tests.builders import an_outage, hear
from services.enforcement.use_cases.appeals import decide_appeal, file_appeal
from services.enforcement.use_cases.confirmations import confirm_violation
from services.enforcement.use_cases.proof import Grounds
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


async def appeal(db: Database, violation_id: UUID) -> UUID:
    async with db.transaction() as tx:
        return (await file_appeal(tx, violation_id, "acme", "It was not us")).appeal_id


async def decide(db: Database, appeal_id: UUID, outcome: Outcome, officer: str = "bela") -> None:
    async with db.transaction() as tx:
        await decide_appeal(tx, appeal_id, 1, officer, outcome, "because")
