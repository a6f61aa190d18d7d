"""What an expulsion does to a provider's way out: from its case to the overturned appeal (7.2)."""

import pytest

from services.registry.domain.errors import ExitBlocked
from services.registry.tests.builders import told
from services.registry.tests.leaving import (
    DAY,
    EXPELLED,
    a_balance,
    a_case,
    a_request,
    a_restriction,
    a_subscription,
    an_acceptance,
    an_admitted,
    an_outage,
    hear,
    the_exits,
    the_standing,
)
from services.registry.use_cases import expulsions, receipts, serving_out
from services.registry.use_cases.receipts import Handover
from shared.contracts.registry import ProviderStandingChanged, Standing
from shared.ids import new_id


async def tick(db):
    async with db.transaction() as tx:
        return await serving_out.complete_exits(tx)


async def serves_out_since(db):
    facts = [payload for name, payload in await told(db) if name == "provider.standing_changed"]
    return ProviderStandingChanged.model_validate_json(facts[-1]).serves_out_since


async def names(db):
    return [name for name, _ in await told(db)]


async def test_while_its_case_is_open_a_provider_does_not_leave_and_serves_on(db, clock):
    provider_id, listing_id = await an_admitted(db), new_id()
    await hear(db, a_subscription(provider_id, clock.at + 9 * DAY, listing_id=listing_id))
    case = a_case(provider_id, clock.at, kind="expulsion")
    await hear(db, case)
    assert await the_exits(db, provider_id) == [("expulsion", "proceeding")]
    await a_request(db, provider_id)
    with pytest.raises(ExitBlocked):
        await an_acceptance(db, provider_id)
    await hear(db, an_outage(provider_id, listing_id, clock.at))
    clock.advance(DAY)
    async with db.transaction() as tx:
        assert await serving_out.report_stopped_services(tx) == 1
    await hear(db, case.model_copy(update={"status": "dismissed"}))
    assert sorted(await the_exits(db, provider_id)) == [("expulsion", "dropped"), ("voluntary", "requested")]
    assert (await an_acceptance(db, provider_id)).status == "accepted"


@pytest.mark.parametrize("restriction_first", [True, False])
async def test_the_case_and_its_effect_may_come_in_any_order(db, clock, restriction_first):
    provider_id = await an_admitted(db)
    case = a_case(provider_id, clock.at, kind="expulsion")
    confirmed = case.model_copy(update={"status": "confirmed"})
    effect = a_restriction(provider_id, [EXPELLED])
    await hear(db, case, *([effect, confirmed] if restriction_first else [confirmed, effect]))
    assert await the_exits(db, provider_id) == [("expulsion", "effective")]


async def test_once_in_effect_stopping_is_no_fact_and_only_handover_and_settlement_remain(db, clock):
    provider_id, listing_id = await an_admitted(db), new_id()
    subscription = a_subscription(provider_id, clock.at + 99 * DAY, listing_id=listing_id)
    await hear(db, subscription, a_balance(provider_id, clock.at, due=500), a_restriction(provider_id, [EXPELLED]))
    await hear(db, an_outage(provider_id, listing_id, clock.at))
    clock.advance(2 * DAY)
    async with db.transaction() as tx:
        assert await serving_out.report_stopped_services(tx) == 0
        exit_id = await tx.driver.fetchval("SELECT exit_id FROM exit")
    async with db.transaction() as tx:
        await receipts.confirm_receipt(tx, Handover(exit_id, listing_id, "merchant-1"))
    await tick(db)
    assert await the_exits(db, provider_id) == [("expulsion", "effective")]
    await hear(db, a_balance(provider_id, clock.at))
    clock.advance(DAY)
    await tick(db)
    assert await the_exits(db, provider_id) == [("expulsion", "completed")]
    assert "exit.completed" in await names(db)
    # A penalty writes nobody's standing: what it blocks is the restriction's matter, and an appeal may undo it.
    assert await the_standing(db, provider_id) is Standing.ADMITTED


@pytest.mark.parametrize("accepted", [True, False])
async def test_an_overturned_expulsion_leaves_the_providers_own_exit_as_it_was(db, clock, accepted):
    provider_id = await an_admitted(db)
    await hear(db, a_subscription(provider_id, clock.at + DAY))
    await a_request(db, provider_id)
    if accepted:
        await an_acceptance(db, provider_id)
    before = await the_exits(db, provider_id)
    served = await serves_out_since(db)
    await hear(db, a_restriction(provider_id, [EXPELLED]))
    assert await the_exits(db, provider_id) == [("voluntary", "superseded"), ("expulsion", "effective")]
    assert (served is not None, await serves_out_since(db)) == (True, None)
    await tick(db)
    await hear(db, a_restriction(provider_id, []))
    assert await the_exits(db, provider_id) == [*before, ("expulsion", "dropped")]
    assert await the_standing(db, provider_id) is Standing.EXITING
    assert await serves_out_since(db) == served


async def test_a_completed_expulsion_is_overturned_too(db):
    provider_id = await an_admitted(db)
    await hear(db, a_restriction(provider_id, [EXPELLED]))
    await tick(db)
    assert await the_exits(db, provider_id) == [("expulsion", "completed")]
    await hear(db, a_restriction(provider_id, []))
    assert await the_exits(db, provider_id) == [("expulsion", "dropped")]


async def test_a_case_about_something_else_or_a_passing_limit_expels_nobody(db, clock):
    provider_id = await an_admitted(db)
    passing = EXPELLED.model_copy(update={"until": clock.at + DAY})
    await hear(db, a_case(provider_id, clock.at), a_restriction(provider_id, [passing]))
    assert await the_exits(db, provider_id) == []


async def test_an_expulsion_of_a_provider_that_is_not_known_here_is_kept_without_an_exit(db):
    stranger = new_id()
    await hear(db, a_restriction(stranger, [EXPELLED]))
    assert await the_exits(db, stranger) == []


async def test_an_effect_that_was_taken_back_before_its_case_was_heard_holds_nobody_for_ever(db, clock):
    provider_id = await an_admitted(db)
    case = a_case(provider_id, clock.at, kind="expulsion")
    await hear(db, case, a_restriction(provider_id, [EXPELLED]), a_restriction(provider_id, []))
    await hear(db, case.model_copy(update={"status": "confirmed"}))
    assert (await the_exits(db, provider_id))[-1] == ("expulsion", "proceeding")
    assert await tick(db) == 0
    clock.advance(expulsions.EFFECT_WITHIN)
    assert (await tick(db), await tick(db)) == (1, 0)
    assert (await the_exits(db, provider_id))[-1] == ("expulsion", "dropped")
    assert await serves_out_since(db) is None


async def test_another_case_that_is_open_by_then_goes_on(db, clock):
    provider_id = await an_admitted(db)
    case = a_case(provider_id, clock.at, kind="expulsion")
    await hear(
        db, case, case.model_copy(update={"status": "confirmed"}), a_case(provider_id, clock.at, kind="expulsion")
    )
    clock.advance(expulsions.EFFECT_WITHIN)
    assert (await tick(db), await tick(db)) == (1, 0)
    assert await the_exits(db, provider_id) == [("expulsion", "proceeding")]
