"""Facts that the registry says: who may sell, and under which standing."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.effects import Effect
from shared.contracts.event import Event


class Standing(StrEnum):
    APPLIED = "applied"
    ADMITTED = "admitted"
    EXITING = "exiting"
    EXITED = "exited"


class Hold(BaseModel):
    """What the registry itself blocks, by which clause, and why in words for people."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    effects: frozenset[Effect]
    clause: str
    reason: str


class Qualified(BaseModel):
    """The provider may sell in `category` until `expires_at` (None: no end is set). Lapsing needs no message."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    category: str
    expires_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return self.expires_at is None or at < self.expires_at


class ProviderAdmitted(Event, wire="provider.admitted", aggregate="provider", key="provider_id", public=True):
    provider_id: UUID
    account_id: str
    legal_name: str
    admitted_at: datetime


class ProviderStandingChanged(
    Event, wire="provider.standing_changed", aggregate="provider", key="provider_id", full_state=True
):
    """The provider's whole standing. `blocked` are the effects that the registry itself blocks (clause 3, 7).

    `holds` says of each blocked effect why. `categories` are those it was qualified for when this was said;
    `qualifications` also says until when, so that an expiry takes effect by itself.
    """

    provider_id: UUID
    account_id: str
    legal_name: str
    standing: Standing
    blocked: frozenset[Effect]
    categories: frozenset[str]
    holds: tuple[Hold, ...] = ()
    qualifications: tuple[Qualified, ...] = ()


class AgreementSigned(Event, wire="agreement.signed", aggregate="provider", key="provider_id", public=True):
    provider_id: UUID
    agreement: str
    version: str
    text_hash: str
    signed_at: datetime


class QualificationGranted(Event, wire="qualification.granted", aggregate="provider", key="provider_id", public=True):
    provider_id: UUID
    category: str
    granted_at: datetime
    expires_at: datetime | None = None
