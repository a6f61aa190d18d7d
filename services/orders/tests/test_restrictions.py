"""A restriction against orders placed before it, at its start and after it, paid and unpaid."""

import pytest

from services.orders.reactions.restriction_changed import obey_restriction
from services.orders.tests.builders import (
    CLEAR,
    FREEZE,
    a_cause,
    a_listing,
    a_market,
    a_provider,
    a_restriction,
    a_while,
    hear,
    on_listing,
    place,
    received,
)
from services.orders.tests.conftest import Shop
from services.orders.use_cases.reconsidering import LOOK_AGAIN_AFTER, look_again
from shared.contracts.effects import Target


@pytest.mark.parametrize("after", [0, 1])
async def test_an_unpaid_order_placed_at_or_after_from_is_refused(shop: Shop, after: int):
    listing = await a_market(shop.db)
    started = shop.clock()
    shop.clock.advance(a_while(seconds=after))
    order = await shop.order(listing.listing_id)
    cause = a_cause(from_=started)
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), cause))
    told = (await shop.client.get(f"/v1/orders/{order['order_id']}")).json()
    assert told["status"] == "refused"
    [refused] = await shop.facts("order.refused")
    assert refused["cause"] == told["cause"]
    assert (told["cause"]["effect"], told["cause"]["clause"]) == ("order", "6.3.2(4)")
    assert told["cause"]["decision_id"] == str(cause.decision_id)


async def test_a_paid_order_placed_after_from_is_given_back_and_the_fee_is_kept(shop: Shop):
    listing = await a_market(shop.db)
    started = shop.clock()
    shop.clock.advance(a_while(seconds=1))
    order_id = await shop.buy(listing.listing_id)
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), a_cause(from_=started)))
    assert await shop.status(order_id) == "refunding"
    assert (await shop.entitlement(listing.listing_id))["usable"] is False
    assert (await shop.facts("subscription.updated"))[-1]["status"] == "terminated"
    assert await shop.facts("order.refunded") == []
    assert await shop.pay_refunds() == 1
    [refunded] = await shop.facts("order.refunded")
    assert (refunded["amount_fen"], refunded["cause"]["clause"]) == (9_900, "6.3.2(4)")
    assert shop.bank.refunds() == [9_900]
    assert await shop.balances() == {"payments": 0, "provider": 495, "technical_fees": -495, "refunds_due": 0}


async def test_an_order_paid_before_from_keeps_what_the_measure_leaves(shop: Shop):
    listing = await a_market(shop.db)
    order_id = await shop.buy(listing.listing_id)
    shop.clock.advance(a_while(seconds=1))
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), a_cause(FREEZE, shop.clock())))
    assert await shop.status(order_id) == "paid"
    assert (await shop.entitlement(listing.listing_id))["usable"] is True
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), a_cause(CLEAR, shop.clock(), clause="6.4")))
    entitlement = await shop.entitlement(listing.listing_id)
    assert (entitlement["usable"], entitlement["causes"][0]["clause"]) == (False, "6.4")
    assert await shop.status(order_id) == "paid"


async def test_an_order_placed_before_from_may_still_be_paid(shop: Shop):
    listing = await a_market(shop.db)
    order = await shop.order(listing.listing_id)
    shop.clock.advance(a_while(seconds=1))
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), a_cause(from_=shop.clock())))
    await shop.pay(order["order_id"])
    assert await shop.status(order["order_id"]) == "paid"


async def test_a_restriction_told_twice_refunds_once(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    restriction = a_restriction(on_listing(listing.listing_id), a_cause(from_=shop.clock()))
    await hear(shop.db, restriction, restriction)
    assert await shop.pay_refunds() == 1
    assert len(await shop.facts("order.refunded")) == 1


@pytest.mark.parametrize("kind", ["provider", "provider_category"])
async def test_a_providers_restriction_reaches_the_orders_of_its_listings_only(shop: Shop, kind: str):
    mine, others = await a_market(shop.db), await a_market(shop.db)
    hit = (await shop.order(mine.listing_id))["order_id"]
    spared = (await shop.order(others.listing_id))["order_id"]
    category = "erp" if kind == "provider_category" else ""
    target = Target(kind=kind, id=mine.provider_id, category=category)
    await hear(shop.db, a_restriction(target, a_cause(from_=shop.clock())))
    assert (await shop.status(hit), await shop.status(spared)) == ("refused", "placed")


async def test_an_order_that_was_being_written_while_the_restriction_came_is_found_by_the_second_look(shop: Shop):
    listing = await a_market(shop.db)
    async with shop.db.transaction() as slow:
        row = await slow.driver.fetchrow("SELECT * FROM listing WHERE key = $1", str(listing.listing_id))
        assert row is not None
        await hear(shop.db, a_restriction(on_listing(listing.listing_id), a_cause(from_=shop.clock())))
        await slow.driver.execute(
            """INSERT INTO orders (order_id, merchant_id, listing_id, provider_id, plan_id, period_days, price_fen,
                                   fee_fen, kind, status, placed_at, version)
               VALUES (uuidv7(), 'merchant-a', $1, $2, 'month', 30, 9900, 495, 'purchase', 'placed', $3, 1)""",
            listing.listing_id, listing.provider_id, slow.now,
        )  # fmt: skip
        slow.record("place_order", "order:slow")
    shop.clock.advance(LOOK_AGAIN_AFTER[0])
    async with shop.db.transaction() as tx:
        assert await look_again(tx) == 1
    [refused] = await shop.facts("order.refused")
    assert await shop.status(refused["order_id"]) == "refused"
    async with shop.db.transaction() as tx:
        assert await look_again(tx) == 0
    shop.clock.advance(LOOK_AGAIN_AFTER[1])
    async with shop.db.transaction() as tx:
        assert await look_again(tx) == 1
        assert await look_again(tx) == 0
    assert len(await shop.facts("order.refused")) == 1


async def test_a_payment_for_an_order_under_a_restriction_is_given_back_even_before_the_second_look(shop: Shop):
    listing = await a_market(shop.db)
    order_id = (await shop.order(listing.listing_id))["order_id"]
    payment_id = (await shop.begin(order_id))["payment_id"]
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), a_cause(from_=shop.clock())))
    async with shop.db.transaction() as tx:
        await tx.driver.execute("UPDATE orders SET status = 'placed', closed_at = NULL, cause = NULL")
    await shop.webhook(payment_id=payment_id, order_id=order_id)
    assert await shop.status(order_id) == "refunding"
    assert await shop.facts("subscription.activated") == []


async def test_an_older_state_of_a_restriction_changes_nothing(shop: Shop):
    listing = await a_market(shop.db)
    target = on_listing(listing.listing_id)
    older, newer = a_restriction(target, a_cause(from_=shop.clock())), a_restriction(target)

    order = await shop.order(listing.listing_id)
    async with shop.db.transaction() as tx:
        await obey_restriction(tx, [received(newer, 2), received(older, 1)])
    async with shop.db.transaction() as tx:
        await obey_restriction(tx, [received(older, 1)])
    assert await shop.status(order["order_id"]) == "placed"
    assert (await place(shop.other, listing.listing_id)).status_code == 201


async def test_a_restriction_of_a_provider_known_before_its_listing_blocks_it(shop: Shop):
    listing = a_listing()
    target = Target(kind="provider_category", id=listing.provider_id, category="erp")
    await hear(shop.db, a_restriction(target, a_cause(from_=shop.clock())), a_provider(listing.provider_id), listing)
    assert (await place(shop.client, listing.listing_id)).json()["code"] == "order-blocked"
