"""Placing an order: the price seen, what blocks it, the same click twice, another's order."""

import asyncio

import pytest

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
)
from services.orders.tests.conftest import Shop
from services.orders.use_cases.ordering import UNPAID_FOR, cancel_unpaid_orders
from shared.contracts.catalog import ListingLifecycle, ListingUpdated, Plan
from shared.contracts.effects import Effect, Target
from shared.contracts.registry import Qualified, Standing
from shared.ids import new_id


async def test_a_plan_is_ordered_at_its_published_price(shop: Shop):
    listing = await a_market(shop.db)
    answer = await place(shop.client, listing.listing_id)
    assert answer.status_code == 201
    order = answer.json()
    assert (order["status"], order["price_fen"]) == ("placed", 9_900)
    path = f"/v1/orders/{order['order_id']}"
    assert order["payment"] == {"payment_id": None, "pay_url": f"{path}/payment", "status": None}
    assert answer.headers["location"] == path
    assert (await shop.client.get(path)).json() == order
    [placed] = await shop.facts()
    assert placed["type"] == "order.placed"
    assert placed["merchant_id"] == "merchant-a"
    async with shop.db.transaction() as tx:
        [audit] = await tx.driver.fetch("SELECT actor, action, target FROM audit")
    assert tuple(audit) == ("merchant-a", "place_order", f"order:{order['order_id']}")


async def test_a_changed_price_is_shown_and_never_paid_silently(shop: Shop):
    listing = await a_market(shop.db)
    answer = await place(shop.client, listing.listing_id, price_fen=9_800)
    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["code"], problem["price_fen"], problem["price_seen_fen"]) == ("price-changed", 9_900, 9_800)
    assert await shop.facts() == []


@pytest.mark.parametrize("price", [-1, 10**15, 1.5, "9900", True, None])
async def test_a_negative_or_absurd_price_is_bad_input(shop: Shop, price: object):
    listing = await a_market(shop.db)
    answer = await place(shop.client, listing.listing_id, price_fen=price)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_an_unknown_listing_and_an_unknown_plan_are_told_apart(shop: Shop):
    listing = await a_market(shop.db)
    unknown = await place(shop.client, new_id())
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-listing")
    vanished = await place(shop.client, listing.listing_id, plan_id="year")
    assert (vanished.status_code, vanished.json()["code"]) == (422, "unknown-plan")
    assert vanished.json()["plans"] == ["month", "free"]


async def test_a_blocked_order_is_refused_with_clause_and_decision(shop: Shop):
    listing = await a_market(shop.db)
    cause = a_cause(from_=shop.clock())
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), cause))
    answer = await place(shop.client, listing.listing_id)
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["code"] == "order-blocked"
    assert (problem["effect"], problem["clause"], problem["decision_id"]) == (
        "order",
        "6.3.2(4)",
        str(cause.decision_id),
    )
    [told] = problem["causes"]
    assert (told["ground"], told["measure_clause"], told["until"]) == ("penalty", "6.5.4", None)
    assert await shop.facts() == []


@pytest.mark.parametrize("kind", ["provider", "provider_category"])
async def test_a_restriction_on_the_provider_or_its_category_blocks_the_listing(shop: Shop, kind: str):
    listing = await a_market(shop.db)
    category = "erp" if kind == "provider_category" else ""
    target = Target(kind=kind, id=listing.provider_id, category=category)
    elsewhere = Target(kind="provider_category", id=listing.provider_id, category="design")
    await hear(shop.db, a_restriction(elsewhere, a_cause(from_=shop.clock())))
    assert (await place(shop.other, listing.listing_id)).status_code == 201
    await hear(shop.db, a_restriction(target, a_cause(from_=shop.clock())))
    assert (await place(shop.client, listing.listing_id)).json()["code"] == "order-blocked"


async def test_a_restriction_lapses_at_until_without_any_message(shop: Shop):
    listing = await a_market(shop.db)
    until = shop.clock() + a_while(days=7)
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), a_cause(from_=shop.clock(), until=until)))
    assert (await place(shop.client, listing.listing_id)).status_code == 409
    shop.clock.at = until
    assert (await place(shop.client, listing.listing_id)).status_code == 201


async def test_a_restriction_does_not_block_before_its_from(shop: Shop):
    listing = await a_market(shop.db)
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), a_cause(from_=shop.clock() + a_while(seconds=1))))
    assert (await place(shop.client, listing.listing_id)).status_code == 201
    shop.clock.advance(a_while(seconds=1))
    assert (await place(shop.client, listing.listing_id)).status_code == 409


async def test_lifting_one_cause_never_frees_another(shop: Shop):
    listing = await a_market(shop.db)
    target = on_listing(listing.listing_id)
    freeze, clear = a_cause(FREEZE, shop.clock()), a_cause(CLEAR, shop.clock(), clause="6.4")
    await hear(shop.db, a_restriction(target, freeze, clear), a_restriction(target, clear))
    problem = (await place(shop.client, listing.listing_id)).json()
    assert [cause["clause"] for cause in problem["causes"]] == ["6.4"]
    await hear(shop.db, a_restriction(target))
    assert (await place(shop.client, listing.listing_id)).status_code == 201


async def test_a_restriction_on_an_unknown_listing_is_kept_for_its_coming(shop: Shop):
    listing = a_listing()
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), a_cause(from_=shop.clock())))
    await hear(shop.db, a_provider(listing.provider_id), listing)
    assert (await place(shop.client, listing.listing_id)).json()["code"] == "order-blocked"


async def test_hiding_a_listing_does_not_stop_orders(shop: Shop):
    listing = await a_market(shop.db)
    hide = a_cause(frozenset({Effect.LIST}), shop.clock())
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), hide))
    assert (await place(shop.client, listing.listing_id)).status_code == 201


@pytest.mark.parametrize("lifecycle", [ListingLifecycle.DELISTED, ListingLifecycle.RETIRED])
async def test_a_listing_taken_off_sale_takes_no_order(shop: Shop, lifecycle: ListingLifecycle):
    listing = await a_market(shop.db)
    await hear(shop.db, a_listing(listing.listing_id, listing.provider_id, lifecycle, kind=ListingUpdated))
    problem = (await place(shop.client, listing.listing_id)).json()
    assert (problem["code"], problem["causes"][0]["ground"]) == ("order-blocked", "lifecycle")


@pytest.mark.parametrize(
    ("standing", "blocked"),
    [(Standing.APPLIED, frozenset()), (Standing.EXITED, frozenset({Effect.ORDER})), (None, frozenset())],
)
async def test_a_provider_without_the_standing_sells_nothing(
    shop: Shop, standing: Standing | None, blocked: frozenset[Effect]
):
    listing = a_listing()
    await hear(shop.db, listing)
    if standing is not None:
        await hear(shop.db, a_provider(listing.provider_id, standing, blocked))
    problem = (await place(shop.client, listing.listing_id)).json()
    assert (problem["code"], problem["causes"][0]["ground"]) == ("order-blocked", "standing")


async def test_an_expired_qualification_refuses_new_orders_with_its_clause_and_without_a_message(shop: Shop, clock):
    listing = a_listing()
    ends = clock.at + a_while(hours=1)
    qualified = (Qualified(category=listing.category, expires_at=ends),)
    provider = a_provider(listing.provider_id).model_copy(update={"qualifications": qualified})
    await hear(shop.db, listing, provider)
    assert (await place(shop.client, listing.listing_id)).status_code == 201
    clock.advance(a_while(hours=1))
    problem = (await place(shop.client, listing.listing_id)).json()
    assert (problem["code"], problem["clause"]) == ("order-blocked", "3.2")
    assert problem["causes"][0]["ground"] == "qualification"


async def test_a_newer_price_replaces_the_older_one(shop: Shop):
    listing = await a_market(shop.db)
    plans = (Plan(plan_id="month", title="one month", period_days=30, price_fen=19_900),)
    await hear(shop.db, a_listing(listing.listing_id, listing.provider_id, plans=plans))
    assert (await place(shop.client, listing.listing_id)).json()["code"] == "price-changed"
    assert (await place(shop.client, listing.listing_id, price_fen=19_900)).status_code == 201


async def test_a_double_click_with_one_key_is_one_order(shop: Shop):
    listing = await a_market(shop.db)
    answers = await asyncio.gather(*(place(shop.client, listing.listing_id, key="click") for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["order_id"] for answer in answers}) == 1
    assert len(await shop.facts("order.placed")) == 1
    assert len((await shop.client.get("/v1/orders")).json()["items"]) == 1


async def test_a_key_used_for_another_order_is_refused(shop: Shop):
    listing = await a_market(shop.db)
    await place(shop.client, listing.listing_id, key="click")
    answer = await place(shop.client, listing.listing_id, key="click", plan_id="free", price_fen=0)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")


async def test_a_merchant_does_not_see_anothers_order(shop: Shop):
    listing = await a_market(shop.db)
    order = await shop.order(listing.listing_id)
    path = f"/v1/orders/{order['order_id']}"
    assert (await shop.other.get(path)).status_code == 404
    assert (await shop.other.post(path + "/cancellation")).status_code == 404
    assert (await shop.other.post(path + "/payment", headers={"Idempotency-Key": "k"})).status_code == 404
    assert (await shop.other.get("/v1/orders")).json()["items"] == []
    assert await shop.status(order["order_id"]) == "placed"


async def test_only_merchants_order(shop: Shop, client_for, token):
    listing = await a_market(shop.db)
    provider = await client_for("orders", shop.db, token("provider", "p"))
    assert (await place(provider, listing.listing_id)).status_code == 403
    stranger = await client_for("orders", shop.db)
    assert (await place(stranger, listing.listing_id)).status_code == 401


async def test_orders_are_listed_newest_first_page_by_page(shop: Shop):
    listing = await a_market(shop.db)
    placed = [(await shop.order(listing.listing_id))["order_id"] for _ in range(3)]
    first = (await shop.client.get("/v1/orders", params={"limit": 2})).json()
    second = (await shop.client.get("/v1/orders", params={"limit": 2, "cursor": first["next"]})).json()
    assert [order["order_id"] for order in first["items"] + second["items"]] == placed[::-1]
    assert second["next"] is None


async def test_an_unpaid_order_can_be_let_go_and_is_let_go_in_time(shop: Shop):
    listing = await a_market(shop.db)
    first, second = await shop.order(listing.listing_id), await shop.order(listing.listing_id)
    for _ in range(2):
        answer = await shop.client.post(f"/v1/orders/{first['order_id']}/cancellation")
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    shop.clock.advance(UNPAID_FOR + a_while(seconds=1))
    async with shop.db.transaction() as tx:
        assert await cancel_unpaid_orders(tx) == 1
    assert await shop.status(second["order_id"]) == "cancelled"
    assert len(await shop.facts("order.cancelled")) == 2
