"""The catalog's own knobs."""

from pydantic import Field, field_validator

from shared.addresses import parse_networks
from shared.blobs import BlobSettings
from shared.notices.settings import NoticeSettings


class CatalogSettings(NoticeSettings, BlobSettings):
    http_port: int = 8102

    review_due_business_days: int = Field(default=3, ge=1, le=60, description="By when reviewers decide.")
    review_light_due_business_days: int = Field(default=1, ge=1, le=60, description="By when of a small change.")
    review_lease_minutes: int = Field(default=30, ge=1, le=1440, description="How long a claim binds.")
    review_sample_percent: int = Field(default=5, ge=0, le=100, description="How many approvals are looked at again.")
    review_samples_of_new_reviewers: int = Field(default=5, ge=0, le=1000, description="All of their first ones.")

    callback_look: bool = Field(default=True, description="Whether callback addresses are looked at on submission.")
    callback_look_seconds: float = Field(default=2.0, gt=0, le=10, description="How long one look may take in all.")
    callback_ports: list[int] = Field(default=[80, 443, 8080, 8443])
    callback_allow_networks: list[str] = Field(
        default=[], description="Networks, any port, that may be called although no public address; development only."
    )

    @field_validator("callback_allow_networks")
    @classmethod
    def _networks(cls, texts: list[str]) -> list[str]:
        parse_networks(texts)
        return texts
