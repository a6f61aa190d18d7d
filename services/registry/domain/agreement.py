"""Agreements are texts in versions; a signature binds a provider to the hash of one version (3.1)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class AgreementKind(StrEnum):
    DEVELOPER = "developer"
    SERVICE = "service"


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


@dataclass(eq=False)
class Signature:
    provider_id: UUID
    agreement: AgreementKind
    version: str
    text_hash: str
    signed_by: str
    signed_at: datetime


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


def unsigned(
    agreements: Iterable[Agreement], signatures: Iterable[Signature], at: datetime
) -> tuple[AgreementKind, ...]:
    """The agreements whose version in force is not signed, or was never published."""
    signed = {(s.agreement, s.text_hash) for s in signatures}
    in_force = current(agreements, at)
    return tuple(
        kind for kind in AgreementKind if kind not in in_force or (kind, in_force[kind].text_hash) not in signed
    )
