"""Facts that enforcement says: what was decided, and what every service must obey."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.contracts.effects import Cause, Effects, Target
from shared.contracts.event import Event


class CaseChanged(Event, wire="case.changed", aggregate="case", key="case_id", full_state=True):
    """A case about a provider, from its opening to its end. `status` is open, confirmed or dismissed.

    `kind` says what it is about: violation, complaint or expulsion. `decided_at` is None while the case is open.
    """

    case_id: UUID
    provider_id: UUID
    kind: str
    act: str
    clause: str
    status: str
    opened_at: datetime
    decided_at: datetime | None = None


class ViolationConfirmed(Event, wire="violation.confirmed", aggregate="violation", key="violation_id", public=True):
    violation_id: UUID
    case_id: UUID
    provider_id: UUID
    target: Target
    act: str
    clause: str
    rulebook: str
    decision_id: UUID
    confirmed_at: datetime


class ViolationOverturned(Event, wire="violation.overturned", aggregate="violation", key="violation_id", public=True):
    violation_id: UUID
    case_id: UUID
    provider_id: UUID
    decision_id: UUID
    overturned_at: datetime


class PenaltyApplied(Event, wire="penalty.applied", aggregate="penalty", key="penalty_id", public=True):
    """A measure takes hold. An interim one has no violation yet, only a case.

    `extended_from` names the penalty of a linked account (6.5.11) from which this one was derived.
    """

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)
    penalty_id: UUID
    violation_id: UUID | None
    decision_id: UUID
    target: Target
    measure: str
    clause: str
    measure_clause: str = ""
    effects: Effects
    from_: datetime = Field(alias="from")
    until: datetime | None
    case_id: UUID | None = None
    interim: bool = False
    extended_from: UUID | None = None


class PenaltyExtended(Event, wire="penalty.extended", aggregate="penalty", key="penalty_id", public=True):
    """A second officer let an interim measure last until a later day, while its case is still being examined."""

    penalty_id: UUID
    case_id: UUID
    decision_id: UUID
    until: datetime


class PenaltyLifted(Event, wire="penalty.lifted", aggregate="penalty", key="penalty_id", public=True):
    """A penalty has ended before its time.

    `ended_by`: lift, appeal, case, requalification, review, original or unlinked.
    """

    penalty_id: UUID
    violation_id: UUID | None
    decision_id: UUID
    target: Target
    lifted_at: datetime
    ended_by: str = ""


class RestrictionChanged(Event, wire="restriction.changed", aggregate="restriction", key="target_key", full_state=True):
    """Everything in force on one target. An empty `causes` means that nothing restricts it any more."""

    target_key: str
    target: Target
    causes: tuple[Cause, ...]


class AppealFiled(Event, wire="appeal.filed", aggregate="appeal", key="appeal_id", public=True):
    appeal_id: UUID
    violation_id: UUID
    provider_id: UUID
    filed_at: datetime


class AppealDecided(Event, wire="appeal.decided", aggregate="appeal", key="appeal_id", public=True):
    appeal_id: UUID
    violation_id: UUID
    provider_id: UUID
    outcome: str
    decision_id: UUID
    decided_at: datetime


class RulebookPublished(Event, wire="rulebook.published", aggregate="rulebook", key="rulebook", public=True):
    rulebook: str
    version: str
    in_force_at: datetime
    content_hash: str
