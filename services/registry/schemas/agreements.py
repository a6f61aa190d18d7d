"""The HTTP shapes of agreements and signatures."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.registry.domain.agreement import Agreement, AgreementKind, Signature, hash_of
from shared.http.fields import Instant, Line, Reason

VersionName = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z.-]+$")]
_AgreementText = Annotated[
    str, StringConstraints(min_length=1, max_length=100_000, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")
]


class AnnouncementRequest(BaseModel):
    """Once it is announced, nothing of it can be changed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "agreement": "service",
                "version": "2027-01",
                "title": "快手服务市场服务协议",
                "text": "一、本协议由服务市场与服务商订立……",
                "in_force_at": "2027-01-01T00:00:00+08:00",
                "reason": "根据新规修订第三条",
            }
        },
    )
    agreement: AgreementKind
    version: VersionName
    title: Line
    text: _AgreementText
    announced_at: Instant | None = Field(default=None, description="Not before now; empty: now.")
    in_force_at: Instant = Field(description="At least seven days after the announcement.")
    reason: Reason

    def agreement_at(self, now: datetime) -> Agreement:
        return Agreement(
            self.agreement,
            self.version,
            self.title,
            self.text,
            hash_of(self.text),
            self.announced_at or now,
            self.in_force_at,
        )


class SignatureRequest(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"agreement": "service", "version": "2020-02"}}
    )
    agreement: AgreementKind
    version: VersionName


class SignatureItem(BaseModel):
    agreement: AgreementKind
    version: str
    text_hash: str
    signed_at: datetime


class SignatureRecord(SignatureItem):
    """With the evidence of it: for the provider itself and for staff."""

    signed_by: str
    address: str = Field(description="The network address that it came from.")
    user_agent: str

    @classmethod
    def of(cls, signature: Signature) -> Self:
        return cls.model_validate({name: getattr(signature, name) for name in cls.model_fields})


class SignaturesResponse(BaseModel):
    items: list[SignatureRecord]


class AgreementResponse(BaseModel):
    agreement: AgreementKind
    version: str
    title: str
    text: str
    text_hash: str = Field(description="Hex SHA-256 of the UTF-8 text; a signature binds to it.")
    announced_at: datetime
    in_force_at: datetime
    in_force: bool

    @classmethod
    def of(cls, agreement: Agreement, *, in_force: bool) -> Self:
        return cls(
            agreement=agreement.agreement,
            version=agreement.version,
            title=agreement.title,
            text=agreement.text,
            text_hash=hash_of(agreement.text),
            announced_at=agreement.announced_at,
            in_force_at=agreement.in_force_at,
            in_force=in_force,
        )


class AgreementsResponse(BaseModel):
    items: list[AgreementResponse]
