"""What a leaving provider serves out, hands over and stops early, by the clock, on a real database."""

import json
from datetime import timedelta

import pytest

from services.registry.tests.builders import told
from services.registry.tests.leaving import (
    DAY,
    EXPELLED,
    a_balance,
    a_request,
    a_restriction,
    a_subscription,
    an_acceptance,
    an_admitted,
    an_outage,
    hear,
    the_exits,
)
from services.registry.use_cases import receipts, serving_out
from services.registry.use_cases.receipts import Handover
from shared.contracts.orders import SubscriptionStatus, SubscriptionUpdated
from shared.errors import NotFound
from shared.ids import new_id


async def tick(db):
    async with db.transaction() as tx:
        return await serving_out.complete_exits(tx)


async def confirm(db, leaving, subscription):
    async with db.transaction() as tx:
        handover = Handover(leaving.exit_id, subscription.listing_id, subscription.merchant_id)
        return await receipts.confirm_receipt(tx, handover)


async def test_an_exit_ends_30_days_after_the_longest_subscription_with_every_receipt(db, clock):
    provider_id, listing_id = await an_admitted(db), new_id()
    long = a_subscription(provider_id, clock.at + 20 * DAY, listing_id=listing_id)
    short = a_subscription(provider_id, clock.at + 2 * DAY, listing_id=listing_id, merchant_id="merchant-2")
    past = a_subscription(provider_id, clock.at - DAY, merchant_id="merchant-3", status=SubscriptionStatus.EXPIRED)
    await hear(db, long, short, past)
    await a_request(db, provider_id)
    leaving = await an_acceptance(db, provider_id)
    [accepted] = [json.loads(payload) for name, payload in await told(db) if name == "exit.accepted"]
    assert accepted["serves_until"][:19] == (clock.at + 50 * DAY).isoformat()[:19]
    await confirm(db, leaving, long)
    clock.advance(50 * DAY)
    await tick(db)
    assert await the_exits(db, provider_id) == [("voluntary", "accepted")]  # merchant-2 has not confirmed
    await confirm(db, leaving, short)
    await tick(db)
    assert await the_exits(db, provider_id) == [("voluntary", "completed")]


async def test_receipts_alone_do_not_shorten_the_period(db, clock):
    provider_id = await an_admitted(db)
    subscription = a_subscription(provider_id, clock.at + 20 * DAY)
    await hear(db, subscription)
    await a_request(db, provider_id)
    await confirm(db, await an_acceptance(db, provider_id), subscription)
    clock.advance(50 * DAY - timedelta(seconds=1))
    await tick(db)
    assert await the_exits(db, provider_id) == [("voluntary", "accepted")]
    clock.advance(timedelta(minutes=15))
    await tick(db)
    assert await the_exits(db, provider_id) == [("voluntary", "completed")]


async def test_an_order_that_was_paid_late_is_served_too(db, clock):
    provider_id = await an_admitted(db)
    await a_request(db, provider_id)
    leaving = await an_acceptance(db, provider_id)
    late = a_subscription(provider_id, clock.at + 5 * DAY)
    await hear(db, late)
    await tick(db)
    assert await the_exits(db, provider_id) == [("voluntary", "accepted")]
    assert (await confirm(db, leaving, late)).status == "confirmed"


async def test_what_was_refunded_is_not_served_out_but_its_user_gets_the_data(db, clock):
    provider_id = await an_admitted(db)
    subscription = a_subscription(provider_id, clock.at + 20 * DAY)
    await hear(db, subscription)
    await a_request(db, provider_id)
    leaving = await an_acceptance(db, provider_id)
    ended = subscription.model_dump() | {"status": SubscriptionStatus.TERMINATED, "ends_at": clock.at + DAY}
    await hear(db, SubscriptionUpdated(**ended))
    await tick(db)
    assert await the_exits(db, provider_id) == [("voluntary", "accepted")]
    await confirm(db, leaving, subscription)
    await tick(db)
    assert await the_exits(db, provider_id) == [("voluntary", "completed")]


async def test_a_debt_that_arises_while_serving_out_holds_the_exit_back(db, clock):
    provider_id = await an_admitted(db)
    await a_request(db, provider_id)
    await an_acceptance(db, provider_id)
    await hear(db, a_balance(provider_id, clock.at, owed=1))
    await tick(db)
    assert await the_exits(db, provider_id) == [("voluntary", "accepted")]
    await hear(db, a_balance(provider_id, clock.at))
    assert await tick(db) == 0  # it is looked at again in a while
    clock.advance(timedelta(minutes=15))
    await tick(db)
    assert await the_exits(db, provider_id) == [("voluntary", "completed")]


async def test_each_user_is_told_once(db, clock):
    provider_id = await an_admitted(db)
    users = [a_subscription(provider_id, clock.at + DAY, merchant_id=f"merchant-{n}") for n in range(3)]
    await hear(db, *users)
    await a_request(db, provider_id)
    await an_acceptance(db, provider_id)
    for _ in range(2):
        async with db.transaction() as tx:
            await serving_out.tell_untold_users(tx)
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT recipient, kind FROM notice ORDER BY recipient, kind")
    assert [tuple(row) for row in rows] == [
        ("account-1", "exit.accepted"),
        ("account-1", "exit.requested"),
        *((f"merchant-{n}", "exit.handover") for n in range(3)),
    ]


async def test_users_learn_until_when_a_service_goes_on_or_that_it_has_ended(db, clock):
    provider_id = await an_admitted(db)
    await hear(db, a_subscription(provider_id, clock.at + DAY))
    await a_request(db, provider_id)
    await an_acceptance(db, provider_id)
    # Superseded before anybody was told: nobody is told that it goes on.
    await hear(db, a_restriction(provider_id, [EXPELLED]))
    assert [(await tell(db)), (await tell(db))] == [1, 0]
    [expelled] = await handover_texts(db)
    assert "cannot be used any more (clause 2.7)" in expelled
    await hear(db, a_restriction(provider_id, []))
    assert [(await tell(db)), (await tell(db))] == [1, 0]
    assert f"until {(clock.at + 31 * DAY).isoformat()} at the least" in (await handover_texts(db))[1]


async def tell(db):
    async with db.transaction() as tx:
        return await serving_out.tell_untold_users(tx)


async def handover_texts(db):
    async with db.transaction() as tx:
        rows = await tx.driver.fetch(
            "SELECT n::text AS said FROM notice n WHERE kind = 'exit.handover' ORDER BY notice_id"
        )
    return [row["said"] for row in rows]


async def test_a_claim_is_decided_by_staff_and_one_that_does_not_convince_leaves_the_receipt_due(db, clock):
    provider_id = await an_admitted(db)
    subscription = a_subscription(provider_id, clock.at + DAY)
    await hear(db, subscription)
    await a_request(db, provider_id)
    leaving = await an_acceptance(db, provider_id)
    handover = Handover(leaving.exit_id, subscription.listing_id, "merchant-1")
    seen = []
    for version, convinced in ((2, False), (4, True)):
        async with db.transaction() as tx:
            await receipts.claim_receipt(tx, handover, "account-1", "signed for on paper")
        async with db.transaction() as tx:
            decided = await receipts.decide_claim(tx, handover, version, "officer-1", convinced=convinced, reason="r")
            seen.append(decided.status)
    assert seen == ["due", "accepted"]


async def test_nobody_confirms_what_is_not_due_from_them(db, clock):
    provider_id = await an_admitted(db)
    subscription = a_subscription(provider_id, clock.at + DAY)
    await hear(db, subscription)
    leaving = await a_request(db, provider_id)
    with pytest.raises(NotFound):
        await confirm(db, leaving, subscription)
    leaving = await an_acceptance(db, provider_id)
    with pytest.raises(NotFound):
        await confirm(db, leaving, subscription.model_copy(update={"merchant_id": "stranger"}))
    async with db.transaction() as tx:
        handover = Handover(leaving.exit_id, subscription.listing_id, "merchant-1")
        with pytest.raises(NotFound):
            await receipts.claim_receipt(tx, handover, "another account", "mine")


async def report(db):
    async with db.transaction() as tx:
        return await serving_out.report_stopped_services(tx)


async def test_stopping_early_is_reported_once_and_only_after_a_day(db, clock):
    provider_id, listing_id = await an_admitted(db), new_id()
    await hear(db, a_subscription(provider_id, clock.at + 5 * DAY, listing_id=listing_id))
    outage = an_outage(provider_id, listing_id, clock.at - 3 * DAY)
    await hear(db, outage)
    assert await report(db) == 0  # not leaving: none of the exit's business
    await a_request(db, provider_id)
    assert await report(db) == 0
    clock.advance(DAY)
    assert [await report(db), await report(db)] == [1, 0]
    [stopped] = [json.loads(payload) for name, payload in await told(db) if name == "service.stopped_early"]
    assert (stopped["listing_id"], str(outage.outage_id) in stopped["evidence"]) == (str(listing_id), True)


async def test_a_service_that_nobody_is_owed_any_more_may_stop(db, clock):
    provider_id, listing_id = await an_admitted(db), new_id()
    await hear(db, a_subscription(provider_id, clock.at + DAY, listing_id=listing_id))
    await a_request(db, provider_id)
    clock.advance(31 * DAY)
    await hear(db, an_outage(provider_id, listing_id, clock.at), an_outage(provider_id, new_id(), clock.at))
    clock.advance(2 * DAY)
    assert await report(db) == 0
