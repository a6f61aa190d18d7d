"""The settings of a service that tells notices."""

from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from shared.addresses import parse_networks
from shared.personal.settings import PersonalDataSettings


class NoticeSettings(PersonalDataSettings):
    """The secrets of webhooks are sealed in the vault of personal data. Without `SMTP_HOST` no e-mail is sent,
    and the channels of every inbox say so."""

    notice_poll_seconds: float = Field(default=1.0, gt=0, le=60)
    notice_timeout_seconds: float = Field(default=10.0, gt=0, le=30, description="For one webhook or one e-mail.")
    notice_ports: list[int] = Field(default=[80, 443, 8080, 8443], description="Where webhooks may be sent to.")
    notice_allow_networks: list[str] = Field(
        default=[],
        description="Networks, any port, that webhooks may reach although no public address, also by plain http; "
        "development only.",
    )
    notice_base_url: str = Field(default="", description="Stands before the path that a sent notice links to.")

    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_sender: str = Field(default="", description="The address that e-mail comes from.")

    @field_validator("notice_allow_networks")
    @classmethod
    def _are_networks(cls, texts: list[str]) -> list[str]:
        parse_networks(texts)
        return texts

    @model_validator(mode="after")
    def _has_a_sender(self) -> Self:
        if self.smtp_host and "@" not in self.smtp_sender:
            raise ValueError("SMTP_SENDER must be an address when SMTP_HOST is set")
        return self

    @property
    def offers_e_mail(self) -> bool:
        return bool(self.smtp_host)
