"""Agreements are texts in versions; a signature binds a provider to the hash of one version (3.1)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from shared.contracts.registry import AgreementAnnounced

NOTICE = timedelta(days=7)
"""So long before it comes into force a version is announced, at the least."""
REMINDED_BEFORE = timedelta(days=3)


class AgreementKind(StrEnum):
    DEVELOPER = "developer"
    SERVICE = "service"


class Stage(StrEnum):
    """What happens to a version by the clock: it is announced, reminded of, and comes into force."""

    ANNOUNCED = "announced"
    REMINDER = "reminder"
    IN_FORCE = "in_force"


@dataclass(eq=False)
class Agreement:
    """One version of one agreement. Its text never changes; a new text is a new version."""

    agreement: AgreementKind
    version: str
    title: str
    text: str
    text_hash: str
    announced_at: datetime
    in_force_at: datetime

    @property
    def target(self) -> str:
        """How the audit trail names it."""
        return f"agreement:{self.agreement}:{self.version}"

    def announced(self) -> AgreementAnnounced:
        return AgreementAnnounced(
            agreement=self.agreement,
            version=self.version,
            text_hash=self.text_hash,
            announced_at=self.announced_at,
            in_force_at=self.in_force_at,
        )

    def stages(self) -> dict[Stage, datetime]:
        """When each of its stages is due."""
        return {
            Stage.ANNOUNCED: self.announced_at,
            Stage.REMINDER: max(self.announced_at, self.in_force_at - REMINDED_BEFORE),
            Stage.IN_FORCE: self.in_force_at,
        }


@dataclass(eq=False)
class Signature:
    """Who signed which text, when, from which network address and with which program."""

    provider_id: UUID
    agreement: AgreementKind
    version: str
    text_hash: str
    signed_by: str
    signed_at: datetime
    address: str = ""
    user_agent: str = ""

    def forget_place(self) -> None:
        """Where somebody signed from is about a person; who bound the enterprise to which text is not."""
        self.address, self.user_agent = "", ""


@dataclass(eq=False)
class AgreementTimer:
    """One stage of one version. `reached` is the last provider that was dealt with: a batch goes on behind it."""

    agreement: AgreementKind
    version: str
    stage: Stage
    due_at: datetime
    reached: UUID | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Overdue:
    """An agreement that binds and is not signed. Without a version: none was ever published."""

    agreement: AgreementKind
    version: str = ""
    since: datetime | None = None


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def current(agreements: Iterable[Agreement], at: datetime) -> dict[AgreementKind, Agreement]:
    """The version of each agreement that is in force at the instant `at`."""
    in_force = sorted((a for a in agreements if a.in_force_at <= at), key=lambda a: a.in_force_at)
    return {agreement.agreement: agreement for agreement in in_force}


def may_be_signed(agreement: Agreement, agreements: Iterable[Agreement], at: datetime) -> bool:
    """The version in force, and one that is announced and comes later; never a superseded one."""
    in_force = current(agreements, at).get(agreement.agreement)
    return agreement.announced_at <= at and (in_force is None or in_force.in_force_at <= agreement.in_force_at)


def why_not_announced(new: Agreement, agreements: Iterable[Agreement], at: datetime) -> dict[str, str]:
    """By field what speaks against announcing this version; empty when nothing does.

    Versions of one agreement stay in one order: each is announced, and comes into force, after the one before.
    """
    wrong: dict[str, str] = {}
    if new.announced_at < at:
        wrong["announced_at"] = "must not lie in the past"
    if new.in_force_at < new.announced_at + NOTICE:
        wrong["in_force_at"] = f"must be at least {NOTICE.days} days after the announcement"
    for other in agreements:
        if other.agreement is not new.agreement:
            continue
        if other.announced_at > new.announced_at:
            wrong["announced_at"] = f"must not be before that of version {other.version}"
        if other.in_force_at >= new.in_force_at:
            wrong["in_force_at"] = f"must be after that of version {other.version}"
    return wrong


def overdue(agreements: Iterable[Agreement], signatures: Iterable[Signature], at: datetime) -> tuple[Overdue, ...]:
    """The agreements whose version in force is not signed, or was never published."""
    signed = {(s.agreement, s.text_hash) for s in signatures}
    in_force = current(agreements, at)
    found = []
    for kind in AgreementKind:
        version = in_force.get(kind)
        if version is None:
            found.append(Overdue(kind))
        elif (kind, version.text_hash) not in signed:
            found.append(Overdue(kind, version.version, version.in_force_at))
    return tuple(found)


def unsigned(
    agreements: Iterable[Agreement], signatures: Iterable[Signature], at: datetime
) -> tuple[AgreementKind, ...]:
    return tuple(one.agreement for one in overdue(agreements, signatures, at))
