"""Builds what the registry's tests need: defaults, and what varies."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from stdnum.cn import uscc

from services.registry.domain.agreement import Agreement, AgreementKind, Signature, hash_of
from services.registry.domain.provider import Profile, Provider
from services.registry.seed import seed_agreements
from services.registry.use_cases import agreements, applications
from shared.contracts.effects import Cause, Effect, Target
from shared.contracts.enforcement import RestrictionChanged
from shared.contracts.envelope import Envelope
from shared.contracts.registry import Standing
from shared.db.transaction import Database
from shared.ids import new_id
from shared.messaging.reaction import Received

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
COMPLETE = Profile("杭州示例科技有限公司", "王示例", "service@example.com", "0571-88888888", "https://www.example.com")
_numbers = count(1)


def a_code(kind: str = "91", number: int | None = None) -> str:
    """A unified social credit code with a right check digit; a new one each time."""
    body = f"{kind}330100{next(_numbers) if number is None else number:09d}"
    return body + uscc.calc_check_digit(body)


def a_provider(**values: Any) -> Provider:
    defaults: dict[str, Any] = {
        "provider_id": new_id(),
        "account_id": "account-1",
        "unified_social_credit_code": a_code(number=1),
        "profile": COMPLETE,
        "applied_at": NOW,
    }
    return Provider(**{**defaults, **values})


def an_admitted_provider(**values: Any) -> Provider:
    return a_provider(standing=Standing.ADMITTED, verified_at=NOW, verified_by="officer-1", admitted_at=NOW, **values)


def an_agreement(kind: AgreementKind = AgreementKind.SERVICE, version: str = "1", **values: Any) -> Agreement:
    text = values.pop("text", f"{kind} {version}")
    defaults: dict[str, Any] = {"announced_at": NOW - timedelta(days=30), "in_force_at": NOW - timedelta(days=20)}
    return Agreement(kind, version, "title", text, hash_of(text), **{**defaults, **values})


def a_signature(agreement: Agreement, provider_id: UUID) -> Signature:
    return Signature(provider_id, agreement.agreement, agreement.version, agreement.text_hash, "account-1", NOW)


def a_cause(*effects: Effect, **values: Any) -> Cause:
    defaults: dict[str, Any] = {
        "penalty_id": new_id(),
        "decision_id": new_id(),
        "measure": "freeze",
        "clause": "6.3.2(4)",
        "effects": frozenset(effects),
        "from_": NOW - timedelta(days=1),
    }
    return Cause(**{**defaults, **values})


def received_restriction(target: Target, *causes: Cause, sequence: int = 1) -> Received[RestrictionChanged]:
    envelope = Envelope(new_id(), "restriction.changed", "enforcement", NOW, target.key, sequence, "story")
    return Received(RestrictionChanged(target_key=target.key, target=target, causes=causes), envelope)


async def an_applicant(db: Database, account_id: str = "account-1", profile: Profile = COMPLETE) -> Provider:
    async with db.transaction() as tx:
        await seed_agreements(tx)
        return await applications.apply_as_provider(tx, account_id, a_code(), profile)


async def a_complete_applicant(db: Database, account_id: str = "account-1") -> Provider:
    """Verified and bound by both agreements; only the admission is left."""
    applicant = await an_applicant(db, account_id)
    async with db.transaction() as tx:
        await applications.verify_provider(tx, applicant.provider_id, applicant.version, "officer-1", "licence checked")
        for kind in AgreementKind:
            await agreements.sign_agreement(tx, applicant.provider_id, account_id, kind, "2020-02")
    async with db.transaction() as tx:
        found = await tx.session.get(Provider, applicant.provider_id)
        assert found is not None
        return found


async def told(db: Database) -> list[tuple[str, str]]:
    """(type, payload) of every fact in the outbox, in order."""
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT type, payload FROM outbox ORDER BY position")
        return [(row["type"], row["payload"]) for row in rows]
