"""What orders does while a provider is on its way out (7.3, 7.4)."""

from datetime import datetime, timedelta

import pytest

from services.orders.tests.builders import FREEZE, a_cause, a_market, a_provider, a_restriction, hear, on_listing, place
from services.orders.tests.conftest import Shop
from services.orders.use_cases.subscribing import expire_subscriptions
from shared.contracts.catalog import ListingPublished
from shared.contracts.effects import Effect
from shared.contracts.registry import Hold, Standing
from shared.ids import new_id

SELLING = frozenset({Effect.LIST, Effect.ORDER, Effect.RENEW, Effect.PUBLISH})
DAY = timedelta(days=1)


async def leaves(shop: Shop, listing: ListingPublished, since: datetime | None = None) -> None:
    told = a_provider(listing.provider_id, Standing.EXITING, SELLING)
    hold = Hold(effects=SELLING, clause="7.3", reason="The provider is leaving the market")
    since = since or shop.clock.at
    await hear(shop.db, told.model_copy(update={"holds": (hold,), "serves_out_since": since}))


async def test_nothing_is_ordered_or_renewed_and_the_clause_says_why(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    await leaves(shop, listing)
    refused = await place(shop.other, listing.listing_id)
    assert (refused.status_code, refused.json()["code"], refused.json()["clause"]) == (409, "order-blocked", "7.3")
    [subscription] = (await shop.client.get("/v1/subscriptions")).json()["items"]
    refused = await shop.client.post(
        f"/v1/subscriptions/{subscription['subscription_id']}/renewals",
        json={"plan_id": "month", "price_fen": 9_900},
        headers={"Idempotency-Key": str(new_id())},
    )
    assert (refused.status_code, refused.json()["code"], refused.json()["clause"]) == (409, "renewal-blocked", "7.3")


async def test_every_user_is_served_until_30_days_after_the_longest_subscription(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    began = shop.clock.at
    shop.clock.advance(10 * DAY)
    order = (await place(shop.other, listing.listing_id, plan_id="free", price_fen=0)).json()
    await shop.other.post(f"/v1/orders/{order['order_id']}/payment", headers={"Idempotency-Key": "free"})
    await leaves(shop, listing)
    until = began + 60 * DAY
    shop.clock.at = until - timedelta(seconds=1)
    async with shop.db.transaction() as tx:
        assert await expire_subscriptions(tx) == 2
    for client in (shop.client, shop.other):
        entitlement = (await client.get(f"/v1/entitlements/{listing.listing_id}")).json()
        assert (entitlement["usable"], datetime.fromisoformat(entitlement["until"])) == (True, until)
    shop.clock.at = until
    assert (await shop.entitlement(listing.listing_id))["usable"] is False


@pytest.mark.parametrize("late", [timedelta(0), DAY])
async def test_who_had_nothing_when_the_provider_asked_to_leave_gets_nothing(shop: Shop, late: timedelta):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    shop.clock.advance(30 * DAY + late)
    await leaves(shop, listing, since=shop.clock.at)
    assert (await shop.entitlement(listing.listing_id))["usable"] is False


async def test_a_restriction_on_use_ends_it_all_the_same(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    await leaves(shop, listing)
    shop.clock.advance(40 * DAY)
    assert (await shop.entitlement(listing.listing_id))["usable"] is True
    cleared = a_cause(FREEZE | {Effect.USE}, from_=shop.clock.at)
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), cleared))
    assert (await shop.entitlement(listing.listing_id))["usable"] is False
