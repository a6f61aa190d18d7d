"""A provider signs the agreements that the market publishes in versions (3.1)."""

from uuid import UUID

from services.registry import store
from services.registry.domain.agreement import AgreementKind, may_be_signed
from services.registry.domain.errors import AgreementNotOpen
from services.registry.domain.provider import Provider
from services.registry.use_cases.standing import refuse_blocked_account, tell_if_changed
from shared.db.transaction import Transaction
from shared.errors import NotFound


async def sign_agreement(
    tx: Transaction, provider_id: UUID, account_id: str, kind: AgreementKind, version: str
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
    signature, signed = provider.sign(agreement, by=account_id, at=tx.now)
    tx.session.add(signature)
    tx.emit(signed)
    await tell_if_changed(tx, provider)
    tx.record(
        "sign_agreement",
        provider.target,
        new={"agreement": kind, "version": version, "text_hash": agreement.text_hash},
    )
    return provider
