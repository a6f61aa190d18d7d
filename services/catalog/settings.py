"""The catalog's own knobs."""

from pydantic import Field

from shared.blobs import BlobSettings
from shared.notices.settings import NoticeSettings


class CatalogSettings(NoticeSettings, BlobSettings):
    http_port: int = 8102

    review_due_business_days: int = Field(default=3, ge=1, le=60, description="By when reviewers decide.")
    review_light_due_business_days: int = Field(default=1, ge=1, le=60, description="By when of a small change.")
    review_lease_minutes: int = Field(default=30, ge=1, le=1440, description="How long a claim binds.")
    review_sample_percent: int = Field(default=5, ge=0, le=100, description="How many approvals are looked at again.")
    review_samples_of_new_reviewers: int = Field(default=5, ge=0, le=1000, description="All of their first ones.")
