"""The registry's own knobs."""

from pydantic import Field

from shared.blobs import BlobSettings
from shared.notices.settings import NoticeSettings


class RegistrySettings(NoticeSettings, BlobSettings):
    http_port: int = 8101

    application_due_business_days: int = Field(default=7, ge=1, le=60, description="By when staff decides.")
    application_lease_minutes: int = Field(default=30, ge=1, le=1440, description="How long a claim binds.")
