"""What orders does when a listing leaves the market, comes back, or is ended."""

from typing import Any

from services.orders import store
from services.orders.tests.builders import NOW, a_listing, a_market, hear, place
from services.orders.tests.conftest import Shop
from shared.contracts.catalog import (
    ListingDelisted,
    ListingLifecycle,
    ListingPublished,
    ListingRelisted,
    ListingRetired,
    ListingState,
    Plan,
)
from shared.ids import new_id


async def says(
    shop: Shop, listing: ListingPublished, kind: type[ListingState], lifecycle: ListingLifecycle, **more: Any
) -> None:
    await hear(shop.db, a_listing(listing.listing_id, listing.provider_id, lifecycle, kind=kind, **more))


async def renewal(shop: Shop) -> tuple[int, str]:
    [subscription] = (await shop.client.get("/v1/subscriptions")).json()["items"]
    answer = await shop.client.post(
        f"/v1/subscriptions/{subscription['subscription_id']}/renewals",
        json={"plan_id": "month", "price_fen": 9_900},
        headers={"Idempotency-Key": str(new_id())},
    )
    return answer.status_code, answer.json().get("code", "")


async def test_a_delisted_listing_is_renewed_but_not_ordered_until_it_is_relisted(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    await says(shop, listing, ListingDelisted, ListingLifecycle.DELISTED)
    refused = (await place(shop.other, listing.listing_id)).json()
    assert (refused["code"], refused["causes"][0]["ground"]) == ("order-blocked", "lifecycle")
    assert await renewal(shop) == (201, "")
    await says(shop, listing, ListingRelisted, ListingLifecycle.LIVE, reviewed_at=NOW)
    assert (await place(shop.other, listing.listing_id)).status_code == 201


async def test_a_retired_listing_is_neither_ordered_nor_renewed_and_what_was_bought_runs_on(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    await says(shop, listing, ListingRetired, ListingLifecycle.RETIRED)
    assert (await place(shop.other, listing.listing_id)).json()["code"] == "order-blocked"
    assert await renewal(shop) == (409, "renewal-blocked")
    assert (await shop.entitlement(listing.listing_id))["usable"] is True


async def test_the_days_of_a_trial_are_kept_with_the_plan(shop: Shop):
    plan = Plan(plan_id="month", title="one month", period_days=30, price_fen=9_900, trial_days=7)
    listing = await a_market(shop.db, plans=(plan,))
    async with shop.db.transaction() as tx:
        offer = await store.read_offer(tx, listing.listing_id, "merchant-a")
    assert store.read_listing(offer["listing"]).plans == (plan,)
