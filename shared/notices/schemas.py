"""The HTTP shapes of notices and channels."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field

from shared.http.fields import WebAddress
from shared.notices.channels import Channels
from shared.notices.notice import Channel, DeliveryState


class DeliveryResponse(BaseModel):
    """How far a notice came over one channel."""

    channel: Channel
    state: DeliveryState
    attempts: int
    due_at: datetime | None = Field(description="When it is tried next.")
    settled_at: datetime | None
    last_error: str = Field(description="Why the last attempt failed.")


class NoticeResponse(BaseModel):
    """A notice in the language that was asked for."""

    notice_id: UUID
    kind: str = Field(examples=["agreement.due"])
    title: str
    body: str
    link: str = Field(description="A path of this API, or empty.")
    created_at: datetime
    read_at: datetime | None
    deliveries: list[DeliveryResponse]

    @classmethod
    def of(cls, row: Mapping[str, Any], language: str) -> Self:
        return cls(
            title=row[f"title_{language}"],
            body=row[f"body_{language}"],
            deliveries=[DeliveryResponse(**delivery) for delivery in orjson.loads(row["deliveries"] or "[]")],
            **{name: row[name] for name in ("notice_id", "kind", "link", "created_at", "read_at")},
        )


class RedeliveryRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    channel: Channel


class ChannelsRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    webhook_url: WebAddress = Field(examples=["https://hooks.example.com/market"], description="Empty: no webhook.")
    e_mail: bool = Field(description="Whether notices are also sent to the contact's e-mail address.")


class ChannelsResponse(BaseModel):
    """Where notices go, beside the inbox. A webhook is sent once it has both an address and a secret."""

    webhook_url: str
    has_webhook_secret: bool
    webhook_is_on: bool
    e_mail: bool
    e_mail_offered: bool = Field(description="False where this market sends no e-mail.")
    version: int

    @classmethod
    def of(cls, channels: Channels, *, e_mail_offered: bool) -> Self:
        return cls(
            webhook_url=channels.webhook_url,
            has_webhook_secret=channels.secret is not None,
            webhook_is_on=channels.webhook_is_on,
            e_mail=channels.e_mail,
            e_mail_offered=e_mail_offered,
            version=channels.version,
        )


class WebhookSecretResponse(BaseModel):
    """Shown this once. Webhooks are signed with it by the Standard Webhooks specification."""

    webhook_secret: str = Field(examples=["whsec_…"])
    previous_signs_until: datetime | None = Field(description="Until then the secret before it signs along.")
