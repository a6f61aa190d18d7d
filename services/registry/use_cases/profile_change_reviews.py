"""Staff works on changes of what was verified: claims, approves, rejects, asks for corrections (3.1)."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from services.registry import store
from services.registry.domain.application import Objection
from services.registry.domain.document import today
from services.registry.domain.profile_change import ChangeState, ProfileChange
from services.registry.domain.provider import Profile, Provider
from services.registry.use_cases.numbers import checked, refuse_personal
from services.registry.use_cases.profile_change_notices import tell_decision
from services.registry.use_cases.profile_change_proofs import refuse_unproven
from services.registry.use_cases.profile_changes import lock, merged, record, refuse_unsettled, stated_by
from services.registry.use_cases.reviews import refuse_bad_objections
from services.registry.use_cases.standing import tell_if_changed
from services.registry.use_cases.statements import seal_persons, statement_of
from services.registry.use_cases.traits import keep_traits
from shared.db.transaction import Transaction
from shared.personal.vault import Vault


async def claim_change(tx: Transaction, change_id: UUID, version: int, officer: str, lease: timedelta) -> ProfileChange:
    """Nobody else decides until the lease is over."""
    _, change = await lock(tx, change_id, version)
    old = change.state
    change.claim(by=officer, at=tx.now, until=tx.now + lease)
    record(tx, "claim_profile_change", change, old)
    return change


async def release_change(tx: Transaction, change_id: UUID, version: int, officer: str) -> ProfileChange:
    _, change = await lock(tx, change_id, version)
    old = change.state
    change.release(by=officer, at=tx.now)
    record(tx, "release_profile_change", change, old)
    return change


async def turn_back_change(
    tx: Transaction, change_id: UUID, version: int, officer: str, then: ChangeState, objections: Sequence[Objection]
) -> ProfileChange:
    """Corrections are asked for, or it is rejected. What holds stays as it is."""
    refuse_bad_objections(objections)
    _, change = await lock(tx, change_id, version)
    old = change.state
    change.decide(then, by=officer, at=tx.now, objections=objections)
    await tell_decision(tx, change)
    record(tx, "turn_back_profile_change", change, old)
    return change


async def approve_change(
    tx: Transaction, vault: Vault, change_id: UUID, version: int, officer: str, reason: str
) -> ProfileChange:
    """It holds from now on, verified by this officer. The identity of an expelled provider is refused."""
    refuse_personal(reason, "/reason")
    provider, change = await lock(tx, change_id, version)
    change.refuse_unfit(officer, tx.now)
    stated, old = await stated_by(tx, vault, change), change.state
    change.decide(ChangeState.APPROVED, by=officer, at=tx.now, reason=reason)
    refuse_unsettled(provider)
    await refuse_unproven(tx, provider, change)
    then = checked(merged(await statement_of(tx, vault, provider), stated), today(tx.now))
    await seal_persons(tx, vault, await store.persons(tx, provider.provider_id), then)
    before = _shown(provider)
    provider.restate(Profile(then.legal_name, then.registered_address, then.website))
    application = await store.application(tx, provider.provider_id)
    application.verify_anew(change.items, by=officer, at=tx.now)
    await keep_traits(tx, vault, provider)
    await tell_if_changed(tx, provider)
    await tell_decision(tx, change)
    record(tx, "approve_profile_change", change, old)
    tx.record(
        "change_profile", provider.target, old=before, new={**_shown(provider), "items": change.items}, reason=reason
    )
    return change


def _shown(provider: Provider) -> dict[str, object]:
    """Without anything about a person."""
    return {"legal_name": provider.profile.legal_name, "registered_address": provider.profile.registered_address}
