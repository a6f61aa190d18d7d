"""Money in: webhooks said once, twice, late, out of order, forged or wrong; and a payment server that is away."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from services.orders import store
from services.orders.tasks import BATCH, CLAIMED_FOR
from services.orders.tests.builders import (
    CLEAR,
    a_cause,
    a_market,
    a_restriction,
    a_while,
    begin_payment,
    hear,
    on_listing,
    signed,
)
from services.orders.tests.conftest import Shop
from shared.ids import new_id


async def test_a_paid_order_gives_access_and_is_booked(shop: Shop):
    listing = await a_market(shop.db)
    order_id = await shop.buy(listing.listing_id)
    assert await shop.status(order_id) == "paid"
    entitlement = await shop.entitlement(listing.listing_id)
    assert entitlement["usable"] is True
    assert datetime.fromisoformat(entitlement["until"]) == shop.clock() + a_while(days=30)
    kinds = [fact["type"] for fact in await shop.facts()]
    assert kinds == ["order.placed", "order.paid", "order.updated", "subscription.activated"]
    assert await shop.balances() == {"payments": 9_900, "provider": -9_405, "technical_fees": -495}


async def test_beginning_a_payment_twice_is_one_payment(shop: Shop):
    listing = await a_market(shop.db)
    order = await shop.order(listing.listing_id)
    answers = await asyncio.gather(*(begin_payment(shop.client, order["order_id"], key="pay") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    again = await shop.begin(order["order_id"])
    assert {answer.json()["payment_id"] for answer in answers} == {again["payment_id"]}
    assert len(shop.bank.payments()) == 1


async def test_a_free_plan_needs_no_payment_server(shop: Shop):
    listing = await a_market(shop.db)
    order = await shop.order(listing.listing_id, plan_id="free", price_fen=0)
    payment = await shop.begin(order["order_id"])
    assert payment == {"payment_id": None, "pay_url": None, "status": None}
    assert await shop.status(order["order_id"]) == "paid"
    assert (await shop.entitlement(listing.listing_id))["usable"] is True
    assert shop.bank.payments() == []
    assert await shop.balances() == {}


async def test_while_the_payment_server_is_away_the_order_stays_placed(shop: Shop):
    listing = await a_market(shop.db)
    order = await shop.order(listing.listing_id)
    shop.bank.faults.fail_requests = 1
    answer = await begin_payment(shop.client, order["order_id"], key="pay")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert await shop.status(order["order_id"]) == "placed"
    assert (await begin_payment(shop.client, order["order_id"], key="pay")).status_code == 201


async def test_an_unreachable_payment_server_is_a_503(shop: Shop, client_for, token):
    listing = await a_market(shop.db)
    order = await shop.order(listing.listing_id)
    client = await client_for("orders", shop.db, token("merchant", "merchant-a"), payment_url="http://127.0.0.1:9")
    assert (await begin_payment(client, order["order_id"])).status_code == 503


async def test_a_webhook_said_twice_or_at_once_pays_once(shop: Shop):
    listing = await a_market(shop.db)
    order_id = (await shop.order(listing.listing_id))["order_id"]
    payment_id = (await shop.begin(order_id))["payment_id"]
    answers = await asyncio.gather(*(shop.webhook(payment_id=payment_id, order_id=order_id) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {204}
    assert len(await shop.facts("order.paid")) == 1
    assert len(await shop.facts("subscription.activated")) == 1
    assert sum((await shop.balances()).values()) == 0


async def test_a_webhook_that_overtakes_our_own_memory_is_believed(shop: Shop):
    """The server opened the payment, and we died before we could remember it."""
    listing = await a_market(shop.db)
    order_id = (await shop.order(listing.listing_id))["order_id"]
    assert (await shop.webhook(payment_id="pay_early", order_id=order_id)).status_code == 204
    assert await shop.status(order_id) == "paid"


@pytest.mark.parametrize(
    "wrong", [{"amount_fen": 9_899}, {"amount_fen": 9_901}, {"currency": "USD"}, {"payment_id": "pay_other"}]
)
async def test_a_payment_that_is_not_what_the_order_asks_for_moves_nothing(shop: Shop, wrong: dict[str, object]):
    listing = await a_market(shop.db)
    order_id = (await shop.order(listing.listing_id))["order_id"]
    payment_id = (await shop.begin(order_id))["payment_id"]
    answer = await shop.webhook(**({"payment_id": payment_id, "order_id": order_id} | wrong))
    assert (answer.status_code, answer.json()["code"]) == (409, "payment-mismatch")
    assert await shop.status(order_id) == "placed"
    assert await shop.balances() == {}


async def test_one_payment_cannot_pay_two_orders(shop: Shop):
    listing, other = await a_market(shop.db), await a_market(shop.db)
    first = (await shop.order(listing.listing_id))["order_id"]
    second = (await shop.order(other.listing_id))["order_id"]
    payment_id = (await shop.begin(first))["payment_id"]
    assert (await shop.webhook(payment_id=payment_id, order_id=first)).status_code == 204
    answer = await shop.webhook(payment_id=payment_id, order_id=second)
    assert (answer.status_code, answer.json()["code"]) == (409, "payment-mismatch")
    assert await shop.status(second) == "placed"


async def test_a_forged_or_old_webhook_is_not_believed(shop: Shop):
    listing = await a_market(shop.db)
    order_id = (await shop.order(listing.listing_id))["order_id"]
    data = {"payment_id": "pay_x", "order_id": order_id, "amount_fen": 9_900, "currency": "CNY"}
    content = json.dumps({"type": "payment.succeeded", "data": data})
    good = signed(content)
    bad = [
        signed(content, "whsec_" + "A" * 32),
        signed(content, at=datetime.now(UTC) - a_while(minutes=6)),
        {**good, "webhook-signature": "v1"},
        {**good, "webhook-signature": "v1,%%%"},
        {**good, "webhook-timestamp": "nan"},
        {"content-type": "application/json"},
        {**good, "webhook-id": "msg_2"},
    ]
    for headers in bad:
        answer = await shop.client.post("/v1/payment-webhooks", content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "forged-webhook"), headers
    tampered = content.replace("9900", "1")
    assert (await shop.client.post("/v1/payment-webhooks", content=tampered, headers=good)).status_code == 401
    assert (await shop.client.post("/v1/payment-webhooks", content=b"\xff\xfe", headers=good)).status_code == 401
    assert await shop.status(order_id) == "placed"


async def test_without_a_secret_no_webhook_is_believed(shop: Shop, client_for):
    client = await client_for("orders", shop.db, payment_webhook_secret="")
    answer = await client.post("/v1/payment-webhooks", content="{}", headers=signed("{}"))
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ('{"type": "payment.succeeded", "data": {"payment_id": "p"}}', 422),
        ('{"type": "payment.succeeded", "data": {"payment_id": "p", "order_id": 1, "amount_fen": "9900"}}', 422),
        ('{"type": "payment.succeeded"}', 422),
        ('{"type": "refund.succeeded", "data": {"refund_id": "x"}}', 422),
        ('{"type": ["list"], "data": {}}', 204),
        ('{"type": "dispute.opened", "data": {}}', 204),
        ("[]", 204),
        ("not json", 422),
    ],
)
async def test_a_signed_webhook_of_another_form_is_told_so(shop: Shop, content: str, status: int):
    answer = await shop.client.post("/v1/payment-webhooks", content=content, headers=signed(content))
    assert answer.status_code == status, answer.text


async def test_a_webhook_about_an_unknown_order_is_a_404(shop: Shop):
    answer = await shop.webhook(payment_id="p", order_id=str(new_id()))
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-order")


async def test_a_late_webhook_is_asked_for(shop: Shop):
    listing = await a_market(shop.db)
    order_id = (await shop.order(listing.listing_id))["order_id"]
    payment_id = (await shop.begin(order_id))["payment_id"]
    assert await shop.ask() == 0
    shop.clock.advance(a_while(seconds=31))
    assert await shop.ask() == 1
    assert await shop.status(order_id) == "placed"
    shop.bank.book.pay(payment_id, 1, 0)
    shop.clock.advance(a_while(minutes=5))
    shop.bank.faults.fail_requests = 1
    assert await shop.ask() == 1
    shop.clock.advance(a_while(minutes=5))
    assert await shop.ask() == 1
    assert await shop.status(order_id) == "paid"
    assert await shop.ask() == 0
    assert (await shop.webhook(payment_id=payment_id, order_id=order_id)).status_code == 204
    assert len(await shop.facts("order.paid")) == 1


async def test_money_for_a_cancelled_order_goes_back_whole(shop: Shop):
    listing = await a_market(shop.db)
    order_id = (await shop.order(listing.listing_id))["order_id"]
    payment_id = (await shop.begin(order_id))["payment_id"]
    await shop.client.post(f"/v1/orders/{order_id}/cancellation")
    shop.bank.book.pay(payment_id, 1, 0)
    for _ in range(2):
        assert (await shop.webhook(payment_id=payment_id, order_id=order_id)).status_code == 204
    assert await shop.pay_refunds() == 1
    assert shop.bank.refunds() == [9_900]
    assert await shop.status(order_id) == "cancelled"
    assert await shop.facts("order.refunded") == []
    assert await shop.balances() == {"payments": 0, "refunds_due": 0}


async def test_a_listing_paid_for_twice_is_given_back_once(shop: Shop):
    listing = await a_market(shop.db)
    first, second = [(await shop.order(listing.listing_id))["order_id"] for _ in range(2)]
    await asyncio.gather(shop.pay(first), shop.pay(second))
    assert sorted([await shop.status(first), await shop.status(second)]) == ["paid", "refunding"]
    assert len(await shop.facts("subscription.activated")) == 1
    assert await shop.pay_refunds() == 1
    assert sorted([await shop.status(first), await shop.status(second)]) == ["paid", "refunded"]
    assert (await shop.entitlement(listing.listing_id))["usable"] is True


async def test_a_refund_is_tried_again_until_the_server_gives_it(shop: Shop):
    listing = await a_market(shop.db)
    order_id = await shop.buy(listing.listing_id)
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), a_cause(from_=shop.clock())))
    shop.bank.faults.fail_requests = 1
    assert await shop.pay_refunds() == 1
    assert await shop.status(order_id) == "refunding"
    assert await shop.pay_refunds() == 0
    shop.clock.advance(a_while(seconds=10))
    assert await shop.pay_refunds() == 1
    assert await shop.status(order_id) == "refunded"
    assert await shop.pay_refunds() == 0
    [payment] = shop.bank.payments()
    refund_id = payment["refunds"][0]["refund_id"]
    for _ in range(2):
        assert (await shop.webhook("refund.succeeded", refund_id=refund_id)).status_code == 204
    assert len(await shop.facts("order.refunded")) == 1


async def test_an_answer_lost_on_the_way_neither_pays_nor_refunds_twice(shop: Shop):
    listing = await a_market(shop.db)
    order_id = (await shop.order(listing.listing_id))["order_id"]
    shop.bank.faults.lose_answers = 1
    assert (await begin_payment(shop.client, order_id)).status_code == 503
    await shop.pay(order_id)
    assert len(shop.bank.payments()) == 1
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), a_cause(from_=shop.clock())))
    shop.bank.faults.lose_answers = 1
    assert await shop.pay_refunds() == 1
    shop.clock.advance(a_while(seconds=10))
    assert await shop.pay_refunds() == 1
    assert shop.bank.refunds() == [9_900]
    assert await shop.status(order_id) == "refunded"


async def test_a_refund_whose_worker_died_is_claimed_again(shop: Shop):
    listing = await a_market(shop.db)
    order_id = await shop.buy(listing.listing_id)
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), a_cause(from_=shop.clock())))
    async with shop.db.transaction() as tx:
        assert len(await store.claim_refunds(tx, tx.now + CLAIMED_FOR, BATCH)) == 1
    assert await shop.pay_refunds() == 0
    shop.clock.advance(CLAIMED_FOR)
    assert await shop.pay_refunds() == 1
    assert await shop.status(order_id) == "refunded"


async def test_a_refund_webhook_may_come_before_the_answer(shop: Shop):
    listing = await a_market(shop.db)
    order_id = await shop.buy(listing.listing_id)
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), a_cause(from_=shop.clock())))
    async with shop.db.transaction() as tx:
        refund_id = await tx.driver.fetchval("SELECT refund_id FROM refund")
    assert (await shop.webhook("refund.succeeded", refund_id=str(refund_id))).status_code == 204
    assert await shop.status(order_id) == "refunded"
    assert await shop.pay_refunds() == 0


async def test_what_may_not_be_used_is_not_paid_for(shop: Shop):
    listing = await a_market(shop.db)
    order = await shop.order(listing.listing_id)
    shop.clock.advance(a_while(seconds=1))
    await hear(shop.db, a_restriction(on_listing(listing.listing_id), a_cause(CLEAR, shop.clock())))
    answer = await begin_payment(shop.client, order["order_id"])
    assert (answer.status_code, answer.json()["code"], answer.json()["effect"]) == (409, "order-blocked", "use")
    assert shop.bank.payments() == []
