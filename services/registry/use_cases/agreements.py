"""The market announces agreements in versions, and a provider signs them (3.1)."""

from dataclasses import dataclass
from uuid import UUID

from services.registry import store
from services.registry.domain.agreement import (
    Agreement,
    AgreementKind,
    AgreementTimer,
    may_be_signed,
    why_not_announced,
)
from services.registry.domain.errors import AgreementKnown, AgreementNotOpen
from services.registry.domain.provider import Provider
from services.registry.use_cases.numbers import refuse_personal
from services.registry.use_cases.standing import refuse_blocked_account, tell_if_changed
from shared.db.transaction import Transaction
from shared.errors import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Evidence:
    """From which network address and with which program a signature was given."""

    address: str = ""
    user_agent: str = ""


async def announce_agreement(tx: Transaction, agreement: Agreement, reason: str) -> Agreement:
    """From now on it cannot be changed. Providers are told when it is announced, and bound when it is in force."""
    refuse_personal(reason, "/reason")
    await store.lock_seed(tx)
    if await store.agreement(tx, agreement.agreement, agreement.version) is not None:
        raise AgreementKnown(f"Version {agreement.version} of the {agreement.agreement} agreement exists already")
    wrong = why_not_announced(agreement, await store.agreements(tx), tx.now)
    if wrong:
        raise Invalid(
            "This version cannot be announced so; see `errors`.",
            errors=[{"pointer": f"/{field}", "in": "body", "message": why} for field, why in wrong.items()],
        )
    keep_agreement(tx, agreement, reason)
    return agreement


def keep_agreement(tx: Transaction, agreement: Agreement, reason: str) -> None:
    """A version with the timers of its stages; the first of them says that it is announced."""
    tx.session.add(agreement)
    for stage, due_at in agreement.stages().items():
        tx.session.add(AgreementTimer(agreement.agreement, agreement.version, stage, due_at))
    tx.record(
        "announce_agreement",
        agreement.target,
        new={
            "text_hash": agreement.text_hash,
            "announced_at": agreement.announced_at,
            "in_force_at": agreement.in_force_at,
        },
        reason=reason,
    )


NO_EVIDENCE = Evidence()


async def sign_agreement(
    tx: Transaction,
    provider_id: UUID,
    account_id: str,
    kind: AgreementKind,
    version: str,
    evidence: Evidence = NO_EVIDENCE,
) -> Provider:
    """Signing the same version again changes nothing."""
    provider = await store.lock_own_provider(tx, provider_id, account_id)
    await refuse_blocked_account(tx, provider)
    agreement = await store.agreement(tx, kind, version)
    if agreement is None or agreement.announced_at > tx.now:
        raise NotFound(f"There is no version {version} of the {kind} agreement")
    if any((s.agreement, s.version) == (kind, version) for s in await store.signatures(tx, provider_id)):
        return provider
    if not may_be_signed(agreement, await store.agreements(tx), tx.now):
        raise AgreementNotOpen(f"Version {version} of the {kind} agreement is superseded")
    signature, signed = provider.sign(
        agreement, by=account_id, at=tx.now, address=evidence.address, user_agent=evidence.user_agent
    )
    tx.session.add(signature)
    tx.emit(signed)
    await tell_if_changed(tx, provider)
    tx.record(
        "sign_agreement",
        provider.target,
        new={"agreement": kind, "version": version, "text_hash": agreement.text_hash},
    )
    return provider
