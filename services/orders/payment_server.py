"""The payment port: what orders asks of the payment server over HTTP, and how it knows the server's webhooks."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeVar
from uuid import UUID

import httpx2
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from standardwebhooks import Webhook

from services.orders.domain.errors import ForgedWebhook, PaymentServerAway, UnreadableWebhook
from services.orders.domain.payment import CURRENCY, Confirmation
from services.orders.settings import OrdersSettings

WEBHOOK_PATH = "/v1/payment-webhooks"


class _Word(BaseModel):
    """What the server says; it may say more than we know."""

    model_config = ConfigDict(extra="ignore")


T = TypeVar("T", bound=_Word)


class Opened(_Word):
    payment_id: str = Field(min_length=1, max_length=200)
    pay_url: str = Field(max_length=2_000)


class Seen(_Word):
    payment_id: str
    order_id: UUID
    amount_fen: int
    currency: str
    status: str

    def confirmation(self) -> Confirmation | None:
        if self.status not in ("succeeded", "paid"):
            return None
        return Confirmation(self.payment_id, self.order_id, self.amount_fen, self.currency)


class _PaymentData(_Word):
    payment_id: str = Field(min_length=1, max_length=200)
    order_id: UUID
    amount_fen: int = Field(ge=0, le=2**53, strict=True)
    currency: str = Field(max_length=10)


class _RefundData(_Word):
    refund_id: UUID


class PaymentSucceeded(_Word):
    type: Literal["payment.succeeded"]
    data: _PaymentData

    @property
    def confirmation(self) -> Confirmation:
        return Confirmation(self.data.payment_id, self.data.order_id, self.data.amount_fen, self.data.currency)


class RefundSucceeded(_Word):
    type: Literal["refund.succeeded"]
    data: _RefundData


_WEBHOOKS: dict[str, type[PaymentSucceeded] | type[RefundSucceeded]] = {
    "payment.succeeded": PaymentSucceeded,
    "refund.succeeded": RefundSucceeded,
}


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class PaymentServer:
    """Every call has a deadline. Calls that create carry a key of ours, so that trying again is harmless."""

    url: str
    webhook_url: str
    timeout_seconds: float

    @classmethod
    def of(cls, settings: OrdersSettings) -> "PaymentServer":
        webhook_url = settings.public_url.rstrip("/") + WEBHOOK_PATH
        return cls(settings.payment_url, webhook_url, settings.payment_timeout_seconds)

    async def open_payment(self, order_id: UUID, amount_fen: int) -> Opened:
        asked = {
            "order_id": str(order_id),
            "amount_fen": amount_fen,
            "currency": CURRENCY,
            "webhook_url": self.webhook_url,
            "idempotency_key": f"order-{order_id}",
        }
        return _read(Opened, await self._call("POST", "/payments", asked))

    async def see_payment(self, payment_id: str) -> Seen:
        return _read(Seen, await self._call("GET", f"/payments/{payment_id}"))

    async def refund(self, payment_id: str, refund_id: UUID, amount_fen: int) -> None:
        asked = {"refund_id": str(refund_id), "amount_fen": amount_fen}
        await self._call("POST", f"/payments/{payment_id}/refunds", asked)

    async def _call(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> Any:
        try:
            async with httpx2.AsyncClient(
                base_url=self.url, timeout=self.timeout_seconds, trust_env=False, verify=_tls()
            ) as client:
                answer = await client.request(method, path, json=content)
                answer.raise_for_status()
                return answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise PaymentServerAway(f"the payment server: {type(error).__name__} {error}") from None


def _read(kind: type[T], content: Any) -> T:
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise PaymentServerAway(f"the payment server answers in another form: {error.error_count()} errors") from None


def read_webhook(secret: str, headers: Mapping[str, str], body: bytes) -> PaymentSucceeded | RefundSucceeded | None:
    """What the payment server says, once its signature is proved; None when it is of no interest here."""
    try:
        Webhook(secret).verify(body, dict(headers), json_parse=False)
    except Exception as error:  # the library lets what it stumbles over escape as it is
        reason = str(error) or type(error).__name__
        raise ForgedWebhook(f"The webhook is not signed by the payment server: {reason}.") from None
    try:
        content = json.loads(body)
    except ValueError:
        raise UnreadableWebhook("The webhook is signed, but no JSON.") from None
    name = content.get("type") if isinstance(content, dict) else None
    kind = _WEBHOOKS.get(name) if isinstance(name, str) else None
    if kind is None:
        return None
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise UnreadableWebhook(
            f"{content['type']} lacks what it must say.",
            errors=[{"pointer": "/" + "/".join(map(str, e["loc"])), "message": e["msg"]} for e in error.errors()],
        ) from None
