"""The HTTP side of the payment sandbox: payments, paying, refunds, and failures on demand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from deploy.devstack.payment.book import Book, RefusedError
from deploy.devstack.payment.faults import Faults
from deploy.devstack.payment.webhooks import Courier

_LARGEST_FEN = 10**13
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_PAGE = """<!doctype html><meta charset="utf-8"><title>Payment</title>
<form method="post"><p>{amount:.2f} {currency}, order {order}: {status}</p><button>Pay</button></form>"""


def _on_this_machine(url: str) -> str:
    """A sandbox that could be told to post anywhere would be a way into other people's networks."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError("must be an http address on this machine")
    return url


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PaymentRequest(_Asked):
    order_id: str = Field(min_length=1, max_length=100)
    amount_fen: int = Field(ge=0, le=_LARGEST_FEN, strict=True)
    currency: Literal["CNY"]
    webhook_url: Annotated[str, Field(max_length=500), AfterValidator(_on_this_machine)]
    idempotency_key: str = Field(min_length=1, max_length=200)


class RefundRequest(_Asked):
    refund_id: str = Field(min_length=1, max_length=100)
    amount_fen: int = Field(gt=0, le=_LARGEST_FEN, strict=True)


T = TypeVar("T", bound=BaseModel)


async def _read(request: web.Request, kind: type[T]) -> T:
    try:
        return kind.model_validate_json(await request.read())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "body"
        raise RefusedError(422, f"{where}: {first['msg']}") from None


def _problem(status: int, detail: str) -> web.Response:
    return web.json_response(
        {"status": status, "title": "The payment server refuses", "detail": detail},
        status=status,
        content_type="application/problem+json",
    )


class Sandbox:
    def __init__(self, book: Book, secret: str, public_url: str) -> None:
        self._book = book
        self._url = public_url
        self.faults = Faults()
        self._courier = Courier(book, self.faults, secret)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._answer], client_max_size=100_000)
        app.add_routes(
            [
                web.get("/health/live", self._healthy),
                web.get("/health/ready", self._healthy),
                web.post("/payments", self._open),
                web.get("/payments", self._list),
                web.get("/payments/{id}", self._see),
                web.get("/payments/{id}/pay", self._page),
                web.post("/payments/{id}/pay", self._pay),
                web.post("/payments/{id}/refunds", self._refund),
                web.get("/faults", self._see_faults),
                web.post("/faults", self._set_faults),
            ]
        )
        app.cleanup_ctx.append(self._deliver)
        return app

    async def _deliver(self, _: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(self._courier.run())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self._book.close()

    @web.middleware
    async def _answer(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Refusals become problem documents; faults hit only the business paths."""
        if not request.path.startswith("/payments"):
            return await self._handled(request, handler)
        if self.faults.fails_a_request():
            return _problem(503, "The sandbox was told to fail.")
        answer = await self._handled(request, handler)
        if self.faults.delay_answers_ms:
            await asyncio.sleep(self.faults.delay_answers_ms / 1000)
        return _problem(503, "The sandbox was told to lose its answer.") if self.faults.loses_an_answer() else answer

    async def _handled(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except RefusedError as refused:
            return _problem(refused.status, str(refused))
        except web.HTTPException as error:
            return _problem(error.status, error.reason)

    async def _healthy(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ready"})

    async def _open(self, request: web.Request) -> web.Response:
        asked = await _read(request, PaymentRequest)
        payment, is_new = self._book.open_payment(asked.model_dump())
        return web.json_response(self._with_url(payment), status=201 if is_new else 200)

    async def _list(self, request: web.Request) -> web.Response:
        """All payments, for reconciliation: 1000 a page, in the order of their ids."""
        found = self._book.payments(request.query.get("after", ""), 1000)
        return web.json_response({"items": found, "next": found[-1]["payment_id"] if len(found) == 1000 else None})

    async def _see(self, request: web.Request) -> web.Response:
        return web.json_response(self._with_url(self._book.payment(request.match_info["id"])))

    async def _page(self, request: web.Request) -> web.Response:
        payment = self._book.payment(request.match_info["id"])
        fields = {"amount": payment["amount_fen"] / 100, "currency": payment["currency"], "status": payment["status"]}
        return web.Response(text=_PAGE.format(order=payment["payment_id"], **fields), content_type="text/html")

    async def _pay(self, request: web.Request) -> web.Response:
        if self.faults.decline:
            raise RefusedError(402, "The payment was declined.")
        payment = self._book.pay(request.match_info["id"], *self._delivery())
        self._courier.wake()
        return web.json_response(self._with_url(payment))

    async def _refund(self, request: web.Request) -> web.Response:
        asked = await _read(request, RefundRequest)
        refund, is_new = self._book.refund(
            request.match_info["id"], asked.refund_id, asked.amount_fen, *self._delivery()
        )
        self._courier.wake()
        return web.json_response(refund, status=201 if is_new else 200)

    async def _see_faults(self, _: web.Request) -> web.Response:
        return web.json_response(self.faults.model_dump())

    async def _set_faults(self, request: web.Request) -> web.Response:
        wanted = await _read(request, Faults)
        for name, value in wanted:
            setattr(self.faults, name, value)
        self._courier.wake()
        return web.json_response(self.faults.model_dump())

    def _delivery(self) -> tuple[int, float]:
        return self.faults.webhook_copies, self.faults.delay_webhooks_ms / 1000

    def _with_url(self, payment: dict[str, Any]) -> dict[str, Any]:
        return payment | {"pay_url": f"{self._url}/payments/{payment['payment_id']}/pay"}
