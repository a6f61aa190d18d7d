"""What replicas get to know of orders and of providers' balances, for whoever must know whether all is settled."""

from services.orders.domain.ledger import balance_of
from services.orders.tests.builders import FREEZE, a_cause, a_market, a_restriction, hear, on_listing
from services.orders.tests.conftest import Shop
from services.orders.use_cases.balancing import tell_balances, tell_changed_balances
from services.orders.use_cases.ordering import tell_orders
from shared.ids import new_id

FEE = 495


async def tell(shop: Shop) -> list[tuple[int, int]]:
    async with shop.db.transaction() as tx:
        await tell_changed_balances(tx)
    return [(fact["owed_fen"], fact["due_fen"]) for fact in await shop.facts("balance.changed")]


async def states(shop: Shop) -> list[tuple[bool, bool]]:
    return [(fact["is_open"], fact["refund_pending"]) for fact in await shop.facts("order.updated")]


def test_a_balance_is_either_owed_or_due(clock):
    sides = [(b.owed_fen, b.due_fen) for b in (balance_of(new_id(), fen, clock.at) for fen in (7, 0, -7))]
    assert sides == [(7, 0), (0, 0), (0, 7)]


async def test_many_bookings_of_a_provider_are_one_balance(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    assert await tell(shop) == [(0, 9_900 - FEE)]
    assert await tell(shop) == [(0, 9_900 - FEE)]


async def test_a_refund_leaves_the_fee_as_the_providers_debt(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    await tell(shop)
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), a_cause(FREEZE)))
    assert await tell(shop) == [(0, 9_900 - FEE), (FEE, 0)]


async def test_an_order_says_when_it_is_paid_and_while_its_money_has_to_go_back(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    assert await states(shop) == [(False, False)]
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), a_cause(FREEZE)))
    assert (await states(shop))[1:] == [(False, True)]
    await shop.pay_refunds()
    assert (await states(shop))[2:] == [(False, False)]


async def test_placing_says_nothing_beyond_that_the_order_was_placed(shop: Shop):
    listing = await a_market(shop.db)
    await shop.order(listing.listing_id)
    assert [fact["type"] for fact in await shop.facts()] == ["order.placed"]


async def test_money_for_a_cancelled_order_is_pending_until_it_went_back(shop: Shop):
    listing = await a_market(shop.db)
    order_id = (await shop.order(listing.listing_id))["order_id"]
    payment = await shop.begin(order_id)
    await shop.client.post(f"/v1/orders/{order_id}/cancellation")
    shop.bank.book.pay(payment["payment_id"], 1, 0)
    await shop.webhook(payment_id=payment["payment_id"], order_id=order_id)
    assert await states(shop) == [(False, False), (False, True)]
    await shop.pay_refunds()
    assert (await states(shop))[2:] == [(False, False)]


async def test_orders_and_balances_are_told_again(shop: Shop):
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    await shop.other.post(
        "/v1/orders",
        json={"listing_id": str(listing.listing_id), "plan_id": "month", "price_fen": 9_900},
        headers={"Idempotency-Key": "k"},
    )
    await tell(shop)
    before = len(await shop.facts())
    async with shop.db.transaction() as tx:
        last = await tell_orders(tx, "", 1)
        assert await tell_orders(tx, last, 5) == ""
        assert await tell_balances(tx, "", 5) == ""
    told = (await shop.facts())[before:]
    assert sorted((fact["type"], fact.get("is_open")) for fact in told[:2]) == [
        ("order.updated", False), ("order.updated", True),
    ]  # fmt: skip
    assert (told[2]["type"], told[2]["due_fen"]) == ("balance.changed", 9_900 - FEE)
