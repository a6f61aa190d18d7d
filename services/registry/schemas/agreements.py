"""The HTTP shapes of agreements and signatures."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.registry.domain.agreement import Agreement, AgreementKind, hash_of


class SignatureRequest(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"agreement": "service", "version": "2020-02"}}
    )
    agreement: AgreementKind
    version: Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z.-]+$")]


class SignatureItem(BaseModel):
    agreement: AgreementKind
    version: str
    text_hash: str
    signed_at: datetime


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
