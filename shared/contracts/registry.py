"""Facts that the registry says: who may sell, and under which standing."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.contracts.effects import Effect
from shared.contracts.event import Event


class Standing(StrEnum):
    APPLIED = "applied"
    ADMITTED = "admitted"
    EXITING = "exiting"
    EXITED = "exited"


class ProviderAdmitted(Event, wire="provider.admitted", aggregate="provider", key="provider_id", public=True):
    provider_id: UUID
    account_id: str
    legal_name: str
    admitted_at: datetime


class ProviderStandingChanged(
    Event, wire="provider.standing_changed", aggregate="provider", key="provider_id", full_state=True
):
    """The provider's whole standing. `blocked` are the effects that the registry itself blocks (clause 3, 7)."""

    provider_id: UUID
    account_id: str
    legal_name: str
    standing: Standing
    blocked: frozenset[Effect]
    categories: frozenset[str]


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
