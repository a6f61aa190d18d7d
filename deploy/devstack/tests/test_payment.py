"""The payment sandbox over real HTTP: idempotent, checked, signed, and failing on demand."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from standardwebhooks import Webhook

from deploy.devstack.payment.book import Book
from deploy.devstack.payment.server import Sandbox

SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"


class Shop:
    """A receiver of webhooks beside a sandbox."""

    def __init__(self, tmp_path) -> None:
        self.file = tmp_path / "payments.sqlite"
        self.received: list[dict[str, Any]] = []
        self.refuse = 0
        receiver = web.Application()
        receiver.router.add_post("/hook", self._hook)
        self.receiver = TestServer(receiver)
        self.sandbox = TestServer(self._sandbox())

    def _sandbox(self) -> web.Application:
        return Sandbox(Book(self.file), SECRET, "http://pay.test").app()

    async def _hook(self, request: web.Request) -> web.Response:
        if self.refuse:
            self.refuse -= 1
            return web.Response(status=500)
        self.received.append(Webhook(SECRET).verify(await request.read(), dict(request.headers)))
        return web.Response(status=204)

    async def restart(self) -> None:
        await self.sandbox.close()
        self.sandbox = TestServer(self._sandbox())
        await self.sandbox.start_server()

    async def call(self, method: str, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        url = self.sandbox.make_url(path)
        async with ClientSession() as session, session.request(method, url, json=body or None) as answer:
            return answer.status, await answer.json()

    def order(self, number: int = 1, **more: Any) -> dict[str, Any]:
        url = str(self.receiver.make_url("/hook"))
        return {
            "order_id": f"order-{number}",
            "amount_fen": 9900,
            "currency": "CNY",
            "webhook_url": url,
            "idempotency_key": f"key-{number}",
        } | more

    async def hears(self, count: int) -> list[dict[str, Any]]:
        async with asyncio.timeout(10):
            while len(self.received) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        return self.received


@pytest.fixture
async def shop(tmp_path) -> AsyncIterator[Shop]:
    shop = Shop(tmp_path)
    await shop.receiver.start_server()
    await shop.sandbox.start_server()
    yield shop
    await shop.sandbox.close()
    await shop.receiver.close()


async def test_a_paid_payment_is_told_by_a_signed_webhook_once(shop: Shop):
    status, payment = await shop.call("POST", "/payments", **shop.order())
    assert status == 201
    assert payment["pay_url"] == f"http://pay.test/payments/{payment['payment_id']}/pay"
    for _ in range(2):
        status, paid = await shop.call("POST", f"/payments/{payment['payment_id']}/pay")
        assert (status, paid["status"]) == (200, "succeeded")
    (told,) = await shop.hears(1)
    assert told["type"] == "payment.succeeded"
    assert told["data"] == {
        "payment_id": payment["payment_id"],
        "order_id": "order-1",
        "amount_fen": 9900,
        "currency": "CNY",
    }


async def test_the_same_key_is_the_same_payment_and_another_amount_is_refused(shop: Shop):
    _, first = await shop.call("POST", "/payments", **shop.order())
    assert await shop.call("POST", "/payments", **shop.order()) == (200, first)
    status, problem = await shop.call("POST", "/payments", **shop.order(amount_fen=1))
    assert (status, problem["status"]) == (422, 422)


@pytest.mark.parametrize(
    "wrong",
    [{"amount_fen": -1}, {"amount_fen": "9900"}, {"currency": "USD"}, {"webhook_url": "http://10.0.0.1/x"}, {"x": 1}],
)
async def test_what_is_not_a_payment_is_refused(shop: Shop, wrong: dict[str, Any]):
    status, _ = await shop.call("POST", "/payments", **shop.order(**wrong))
    assert status == 422


async def test_refunds_may_be_partial_and_never_exceed_what_was_paid(shop: Shop):
    _, payment = await shop.call("POST", "/payments", **shop.order())
    refunds = f"/payments/{payment['payment_id']}/refunds"
    assert (await shop.call("POST", refunds, refund_id="r0", amount_fen=1))[0] == 409
    await shop.call("POST", f"/payments/{payment['payment_id']}/pay")
    assert (await shop.call("POST", refunds, refund_id="r1", amount_fen=9000))[0] == 201
    assert (await shop.call("POST", refunds, refund_id="r1", amount_fen=9000))[0] == 200
    assert (await shop.call("POST", refunds, refund_id="r1", amount_fen=1))[0] == 422
    assert (await shop.call("POST", refunds, refund_id="r2", amount_fen=901))[0] == 409
    assert (await shop.call("GET", f"/payments/{payment['payment_id']}"))[1]["refunded_fen"] == 9000
    assert [told["type"] for told in await shop.hears(2)] == ["payment.succeeded", "refund.succeeded"]


async def test_a_receiver_that_fails_hears_it_again_also_after_a_restart(shop: Shop):
    await shop.call("POST", "/faults", webhooks_stopped=True)
    _, payment = await shop.call("POST", "/payments", **shop.order())
    await shop.call("POST", f"/payments/{payment['payment_id']}/pay")
    shop.refuse = 1
    await shop.restart()
    assert len(await shop.hears(1)) == 1
    assert (await shop.call("GET", f"/payments/{payment['payment_id']}"))[1]["status"] == "succeeded"


async def test_failures_come_on_demand(shop: Shop):
    await shop.call("POST", "/faults", fail_requests=1, webhook_copies=3, decline=True)
    assert (await shop.call("POST", "/payments", **shop.order()))[0] == 503
    _, payment = await shop.call("POST", "/payments", **shop.order())
    assert (await shop.call("POST", f"/payments/{payment['payment_id']}/pay"))[0] == 402
    await shop.call("POST", "/faults", webhook_copies=3, lose_answers=1)
    assert (await shop.call("POST", f"/payments/{payment['payment_id']}/pay"))[0] == 503
    assert len(await shop.hears(3)) == 3
    assert (await shop.call("POST", "/faults", nonsense=1))[0] == 422
