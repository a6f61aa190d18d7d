"""Facts that the registry says: who may sell, and under which standing."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, PlainSerializer

from shared.contracts.effects import Effects
from shared.contracts.event import Event


class Standing(StrEnum):
    APPLIED = "applied"
    ADMITTED = "admitted"
    EXITING = "exiting"
    EXITED = "exited"


Names = Annotated[frozenset[str], PlainSerializer(sorted, when_used="json")]
"""A set of names; as JSON in one order, so that the same state always reads the same."""


class Hold(BaseModel):
    """What the registry itself blocks, by which clause, and why in words for people."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    effects: Effects
    clause: str
    reason: str


class Qualified(BaseModel):
    """The provider may sell in `category` until `expires_at` (None: no end is set). Lapsing needs no message.

    An end that is past says that the qualification was lost, by expiry or because it was revoked.
    """

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
    `qualifications` also says until when, so that an expiry takes effect by itself, and keeps those that have ended
    where the category asks for one: whoever was never qualified is not named. `serves_out_since`: the provider is
    on its way out since then, and whoever had a subscription then or later is served until 30 days after the longest
    one to the same listing has ended (7.4).
    """

    provider_id: UUID
    account_id: str
    legal_name: str
    standing: Standing
    blocked: Effects
    categories: Names
    holds: tuple[Hold, ...] = ()
    qualifications: tuple[Qualified, ...] = ()
    serves_out_since: datetime | None = None


class AgreementSigned(Event, wire="agreement.signed", aggregate="provider", key="provider_id", public=True):
    provider_id: UUID
    agreement: str
    version: str
    text_hash: str
    signed_at: datetime


class QualificationGranted(Event, wire="qualification.granted", aggregate="provider", key="provider_id"):
    """A category was opened, renewed or won back.

    `cures` are the penalties that had taken the category away (6.5.6) and of which this grant is the cure, and
    `restriction_sequence` the state of that restriction which the decision saw. Only enforcement ends a penalty.
    """

    provider_id: UUID
    category: str
    granted_at: datetime
    expires_at: datetime | None = None
    cures: tuple[UUID, ...] = ()
    restriction_sequence: int = 0


class QualificationRevoked(Event, wire="qualification.revoked", aggregate="provider", key="provider_id", public=True):
    """The registry took a category back. A penalty that revokes one (6.5.6) is a restriction and not this fact."""

    provider_id: UUID
    category: str
    reason: str
    revoked_at: datetime


class ApplicationDecided(Event, wire="application.decided", aggregate="provider", key="provider_id", public=True):
    """Staff decided about an application: `outcome` is admitted, changes_requested or rejected."""

    provider_id: UUID
    account_id: str
    outcome: str
    reason: str
    decided_at: datetime


class AgreementAnnounced(Event, wire="agreement.announced", aggregate="agreement", key="agreement", public=True):
    """A new version, to be signed by every provider before it comes into force."""

    agreement: str
    version: str
    text_hash: str
    announced_at: datetime
    in_force_at: datetime


class Member(BaseModel):
    """An account of a group, since when, and on what ground it was taken for the same provider (6.5.11)."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    provider_id: UUID
    since: datetime
    basis: str


class GroupChanged(Event, wire="group.changed", aggregate="group", key="group_id", full_state=True):
    """Accounts that are one and the same provider (6.5.11): the whole group, in its version.

    Fewer than two members: the group is no more. `merged_into` names the group that took its members over.
    """

    group_id: UUID
    version: int
    members: tuple[Member, ...]
    merged_into: UUID | None = None
    changed_at: datetime


class ProviderLinked(Event, wire="provider.linked", aggregate="provider", key="provider_id", public=True):
    provider_id: UUID
    group_id: UUID
    basis: str
    linked_at: datetime


class ProviderUnlinked(Event, wire="provider.unlinked", aggregate="provider", key="provider_id", public=True):
    provider_id: UUID
    group_id: UUID
    reason: str
    unlinked_at: datetime


class AppKey(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")
    app_key: str
    valid_until: datetime | None = None


class AccessCause(BaseModel):
    """One reason why access is refused. `until` None: no end is set."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    clause: str
    reason: str
    decision_id: UUID | None = None
    until: datetime | None = None


class AppAccessChanged(Event, wire="app_access.changed", aggregate="app", key="app_id", full_state=True, public=True):
    """Whether an application may call the open platform (2.7, 6.5.5): for gateways to cache, whole each time.

    `keys` are the app keys that are valid now, each until its own end (None: no end is set). `causes` say why not.
    `version` counts the states that were told, and is in the answers to gateways, too: what has a lower one is older.
    """

    app_id: UUID
    provider_id: UUID
    allowed: bool
    keys: tuple[AppKey, ...]
    causes: tuple[AccessCause, ...] = ()
    changed_at: datetime
    version: int = 0


class ExitRequested(Event, wire="exit.requested", aggregate="provider", key="provider_id", public=True):
    provider_id: UUID
    exit_id: UUID
    requested_at: datetime


class ExitAccepted(Event, wire="exit.accepted", aggregate="provider", key="provider_id", public=True):
    """Nothing stands in the way any more (7.1). What was sold is served until `serves_until` (7.4), as known today."""

    provider_id: UUID
    exit_id: UUID
    accepted_at: datetime
    serves_until: datetime | None = None


class ExitWithdrawn(Event, wire="exit.withdrawn", aggregate="provider", key="provider_id", public=True):
    provider_id: UUID
    exit_id: UUID
    withdrawn_at: datetime


class ExitCompleted(Event, wire="exit.completed", aggregate="provider", key="provider_id", public=True):
    provider_id: UUID
    exit_id: UUID
    completed_at: datetime


class ServiceStoppedEarly(Event, wire="service.stopped_early", aggregate="provider", key="provider_id", public=True):
    """A provider on its way out stopped serving before the 7.4 period of a listing was over. A fact, no judgement."""

    provider_id: UUID
    exit_id: UUID
    listing_id: UUID
    stopped_at: datetime
    due_until: datetime
    evidence: str
