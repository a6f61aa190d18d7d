"""The knobs of orders."""

from pydantic import Field, SecretStr

from shared.settings import ServiceSettings


class OrdersSettings(ServiceSettings):
    public_url: str = Field(default="http://127.0.0.1:8103", description="where the payment server reaches this API")
    payment_url: str = "http://127.0.0.1:8091"
    payment_webhook_secret: SecretStr = Field(
        default=SecretStr(""),
        description="whsec_…, shared with the payment server; without it no webhook is believed",
    )
    payment_timeout_seconds: float = Field(default=3.0, gt=0, le=30)
    payment_silence_seconds: int = Field(default=30, ge=1, description="ask the payment server when no webhook came")
    refund_poll_seconds: float = Field(default=0.5, gt=0)
    technical_fee_basis_points: int = Field(default=500, ge=0, le=10_000, description="clause 5.1; 500 is 5 %")
