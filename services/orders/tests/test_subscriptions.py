"""Access over time: renewing, ending, being blocked, and being told again."""

from datetime import datetime
from typing import Any

from services.orders.tests.builders import (
    FREEZE,
    a_cause,
    a_listing,
    a_market,
    a_restriction,
    a_while,
    hear,
    on_listing,
    place,
)
from services.orders.tests.conftest import Shop
from services.orders.use_cases.subscribing import expire_subscriptions, tell_subscriptions
from shared.contracts.catalog import ListingLifecycle, ListingUpdated
from shared.contracts.effects import Effect
from shared.ids import new_id


async def the_subscription(shop: Shop) -> dict[str, Any]:
    [subscription] = (await shop.client.get("/v1/subscriptions")).json()["items"]
    return dict(subscription)


async def renew(shop: Shop, subscription_id: str, client=None, **body):
    return await (client or shop.client).post(
        f"/v1/subscriptions/{subscription_id}/renewals",
        json={"plan_id": "month", "price_fen": 9_900} | body,
        headers={"Idempotency-Key": str(new_id())},
    )


async def expire(shop: Shop) -> int:
    async with shop.db.transaction() as tx:
        return await expire_subscriptions(tx)


async def test_who_has_a_listing_renews_it_instead_of_ordering_it_again(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    answer = await place(shop.client, listing.listing_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "already-subscribed")
    assert (await place(shop.other, listing.listing_id)).status_code == 201


async def test_a_renewal_is_added_to_the_end(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    before = await the_subscription(shop)
    shop.clock.advance(a_while(days=10))
    answer = await renew(shop, before["subscription_id"])
    assert (answer.status_code, answer.json()["kind"]) == (201, "renewal")
    assert await the_subscription(shop) == before
    await shop.pay(answer.json()["order_id"])
    after = await the_subscription(shop)
    ends_at = datetime.fromisoformat(before["ends_at"]) + a_while(days=30)
    assert datetime.fromisoformat(after["ends_at"]) == ends_at
    assert (await shop.facts("subscription.updated"))[-1]["status"] == "active"


async def test_a_renewal_is_refused_while_it_is_blocked_and_use_goes_on(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    shop.clock.advance(a_while(seconds=1))
    cause = a_cause(FREEZE, shop.clock())
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), cause))
    answer = await renew(shop, (await the_subscription(shop))["subscription_id"])
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["effect"]) == (409, "renewal-blocked", "renew")
    assert problem["decision_id"] == str(cause.decision_id)
    assert (await shop.entitlement(listing.listing_id))["usable"] is True


async def test_a_renewal_paid_under_a_restriction_is_taken_back_and_the_rest_stays(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    before = await the_subscription(shop)
    shop.clock.advance(a_while(days=1))
    renewal = (await renew(shop, before["subscription_id"])).json()["order_id"]
    await shop.pay(renewal)
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), a_cause(FREEZE, shop.clock())))
    assert await shop.status(renewal) == "refunding"
    assert (await the_subscription(shop))["ends_at"] == before["ends_at"]
    assert (await shop.entitlement(listing.listing_id))["usable"] is True


async def test_a_purchase_that_is_given_back_takes_its_renewals_with_it(shop: Shop):
    listing = await a_market(shop.db)
    started = shop.clock()
    await shop.buy(listing.listing_id)
    shop.clock.advance(a_while(days=1))
    renewal = (await renew(shop, (await the_subscription(shop))["subscription_id"])).json()["order_id"]
    await shop.pay(renewal)
    delist = a_cause(frozenset({Effect.LIST, Effect.ORDER}), started)
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), delist))
    assert await shop.status(renewal) == "refunding"
    assert (await the_subscription(shop))["status"] == "terminated"
    assert await shop.pay_refunds() == 2
    assert shop.bank.refunds() == [9_900, 9_900]


async def test_delisting_by_the_lifecycle_leaves_renewal_and_use(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    subscription_id = (await the_subscription(shop))["subscription_id"]
    delisted = a_listing(listing.listing_id, listing.provider_id, ListingLifecycle.DELISTED, kind=ListingUpdated)
    await hear(shop.db, delisted)
    assert (await renew(shop, subscription_id)).status_code == 201
    retired = a_listing(listing.listing_id, listing.provider_id, ListingLifecycle.RETIRED, kind=ListingUpdated)
    await hear(shop.db, retired)
    assert (await renew(shop, subscription_id)).json()["code"] == "renewal-blocked"
    assert (await shop.entitlement(listing.listing_id))["usable"] is True


async def test_access_ends_by_the_clock_and_the_timer_tidies_up(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    subscription_id = (await the_subscription(shop))["subscription_id"]
    assert await expire(shop) == 0
    shop.clock.advance(a_while(days=30))
    assert (await shop.entitlement(listing.listing_id))["usable"] is False
    assert (await renew(shop, subscription_id)).json()["code"] == "subscription-ended"
    assert await expire(shop) == 1
    assert await expire(shop) == 0
    assert (await shop.facts("subscription.updated"))[-1]["status"] == "expired"
    assert (await the_subscription(shop))["status"] == "expired"
    again = await shop.buy(listing.listing_id)
    assert await shop.status(again) == "paid"


async def test_a_new_purchase_follows_an_ended_subscription_even_before_the_timer(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    shop.clock.advance(a_while(days=31))
    await shop.buy(listing.listing_id)
    assert (await shop.entitlement(listing.listing_id))["usable"] is True
    statuses = [row["status"] for row in (await shop.client.get("/v1/subscriptions")).json()["items"]]
    assert statuses == ["active", "expired"]


async def test_a_renewal_paid_after_the_end_begins_anew(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    shop.clock.advance(a_while(days=29, hours=23))
    renewal = (await renew(shop, (await the_subscription(shop))["subscription_id"])).json()["order_id"]
    shop.clock.advance(a_while(hours=2))
    await expire(shop)
    await shop.pay(renewal)
    entitlement = await shop.entitlement(listing.listing_id)
    assert datetime.fromisoformat(entitlement["until"]) == shop.clock() + a_while(days=30)


async def test_a_merchant_renews_only_the_own_subscription(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    subscription_id = (await the_subscription(shop))["subscription_id"]
    assert (await renew(shop, subscription_id, shop.other)).status_code == 404
    assert (await shop.other.get("/v1/subscriptions")).json()["items"] == []
    other = (await shop.other.get(f"/v1/entitlements/{listing.listing_id}")).json()
    assert (other["usable"], other["until"], other["causes"]) == (False, None, [])


async def test_the_entitlement_to_an_unknown_listing_is_a_404(shop: Shop):
    assert (await shop.client.get(f"/v1/entitlements/{new_id()}")).status_code == 404


async def test_every_subscription_can_be_told_again(shop: Shop):
    listings = [await a_market(shop.db) for _ in range(3)]
    for listing in listings:
        await shop.buy(listing.listing_id)
    after, rounds = "", 0
    while True:
        async with shop.db.transaction() as tx:
            after = await tell_subscriptions(tx, after, 2)
        rounds += 1
        if not after:
            break
    told = await shop.facts("subscription.updated")
    assert {fact["listing_id"] for fact in told} == {str(listing.listing_id) for listing in listings}
    assert (len(told), rounds) == (3, 2)
