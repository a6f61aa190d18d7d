"""A new qualification ends exactly the penalties that it names and that it saw (6.5.6)."""

from typing import Any
from uuid import UUID

import pytest

from services.enforcement.tests.acting import held, prove
from services.enforcement.tests.asking import LISTING, PROVIDER
from services.enforcement.tests.builders import NOON, a_group, a_provider, hear, told
from shared.contracts.registry import QualificationGranted
from shared.db.transaction import Database

OWN, CATEGORY = PROVIDER.provider_id, LISTING.category


def a_grant(*cures: UUID, **varies: Any) -> QualificationGranted:
    given: dict[str, Any] = {
        "provider_id": OWN,
        "category": CATEGORY,
        "granted_at": NOON,
        "cures": cures,
        "restriction_sequence": 1,
        **varies,
    }
    return QualificationGranted(**given)


async def revoke(db: Database) -> UUID:
    _, (penalty_id, *_) = await prove(db, "category-access", OWN, LISTING.listing_id)
    return penalty_id


async def test_a_grant_ends_the_penalty_that_it_names(at_noon):
    penalty_id = await revoke(at_noon)
    assert await held(at_noon, OWN, CATEGORY) == ["revoke_category"]
    await hear(at_noon, a_grant(penalty_id))
    assert await held(at_noon, OWN, CATEGORY) == []
    (said,) = await told(at_noon, "penalty.lifted")
    assert (said["penalty_id"], said["ended_by"]) == (str(penalty_id), "requalification")
    async with at_noon.transaction() as tx:
        record = await tx.driver.fetchrow("SELECT * FROM audit WHERE action = 'cure_penalty'")
        decision = await tx.driver.fetchrow("SELECT * FROM decision WHERE kind = 'cure'")
    assert "qualified for order-tools anew" in record["reason"]
    assert (record["actor"], decision["decided_by"]) == ("fact:qualification.granted", "fact:qualification.granted")
    await hear(at_noon, a_grant(penalty_id), sequence=2)
    assert len(await told(at_noon, "penalty.lifted")) == 1


async def test_a_grant_leaves_what_it_does_not_name(at_noon):
    first, second = await revoke(at_noon), await revoke(at_noon)
    await hear(at_noon, a_grant(first, restriction_sequence=2))
    last = (await told(at_noon, "restriction.changed"))[-1]
    assert [cause["penalty_id"] for cause in last["causes"]] == [str(second)]


async def test_a_penalty_that_came_after_what_the_grant_saw_is_not_cured(at_noon):
    await revoke(at_noon)
    later = await revoke(at_noon)
    await hear(at_noon, a_grant(later, restriction_sequence=1))
    assert await held(at_noon, OWN, CATEGORY) == ["revoke_category", "revoke_category"]
    await hear(at_noon, a_grant(later, restriction_sequence=2), sequence=2)
    assert await held(at_noon, OWN, CATEGORY) == ["revoke_category"]


@pytest.mark.parametrize("varies", [{"category": "erp"}, {"restriction_sequence": 0}])
async def test_a_grant_of_something_else_cures_nothing(at_noon, varies):
    penalty_id = await revoke(at_noon)
    await hear(at_noon, a_grant(penalty_id, **varies))
    assert await held(at_noon, OWN, CATEGORY) == ["revoke_category"]


async def test_a_measure_that_does_not_end_by_requalification_stays(at_noon):
    _, (frozen,) = await prove(at_noon, "off-platform-trade", OWN)
    await hear(at_noon, a_grant(frozen, restriction_sequence=9))
    assert await held(at_noon, OWN) == ["publish_freeze"]


async def test_each_account_is_cured_by_its_own_qualification(at_noon):
    twin = a_provider(account_id="twin")
    await hear(at_noon, twin)
    await hear(at_noon, group := a_group(OWN, twin.provider_id))
    penalty_id = await revoke(at_noon)
    await hear(at_noon, a_grant(penalty_id))
    assert await held(at_noon, OWN, CATEGORY) == []
    assert await held(at_noon, twin.provider_id, CATEGORY) == ["revoke_category"]
    await hear(at_noon, group, sequence=2)
    assert await held(at_noon, OWN, CATEGORY) == [], "the group does not bring back what was cured"
    async with at_noon.transaction() as tx:
        derived = await tx.driver.fetchval("SELECT penalty_id FROM penalty WHERE extended_from IS NOT NULL")
    await hear(at_noon, a_grant(derived, provider_id=twin.provider_id), sequence=3)
    assert await held(at_noon, twin.provider_id, CATEGORY) == []


async def test_a_grant_that_names_what_nobody_knows_changes_nothing(at_noon):
    await hear(at_noon, a_grant(OWN))
    assert await told(at_noon, "restriction.changed") == []
