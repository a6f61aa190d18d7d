"""What an expulsion (7.2) means for a provider's way out: its duties begin with the case, and end when it takes effect.

Enforcement alone decides; this only follows the cases and restrictions that it tells of.
"""

from datetime import timedelta
from uuid import UUID

from services.registry import store
from services.registry.domain.exit import Exit, ExitKind, ExitStatus, expels
from services.registry.domain.obligation import ObligationKind
from services.registry.domain.provider import Provider
from services.registry.use_cases.exit_notices import tell_provider
from services.registry.use_cases.standing import tell_if_changed
from shared.db.transaction import Transaction
from shared.errors import NotFound
from shared.ids import new_id

BY_ENFORCEMENT = "enforcement"
EFFECT_WITHIN = timedelta(hours=1)
"""The decision and its restriction come by different ways. One that was over before its case was heard never comes."""


async def follow_expulsion(tx: Transaction, provider_id: UUID, *, awaits_effect: bool = False) -> None:
    """Brings the provider's expulsion to where enforcement has it now. `awaits_effect`: its case was just confirmed."""
    try:
        provider = await store.lock_provider(tx, provider_id)
    except NotFound:
        return
    await _follow(tx, provider, awaits_effect=awaits_effect)
    await tell_if_changed(tx, provider)


async def stop_awaiting(tx: Transaction, provider: Provider, expulsion: Exit) -> None:
    """The effect of a decided case did not come: it was taken back already, or another case is being examined."""
    expulsion.due_at = None
    await _follow(tx, provider, awaits_effect=False)
    await tell_if_changed(tx, provider)


async def _follow(tx: Transaction, provider: Provider, *, awaits_effect: bool) -> None:
    provider_id = provider.provider_id
    running = await store.exits.lock_expulsion(tx, provider_id)
    if expels(await store.causes(tx, provider_id)):
        if running is None:
            running = await _begin(tx, provider_id, ExitStatus.EFFECTIVE)
        elif running.status is ExitStatus.PROCEEDING:
            _move(tx, running, ExitStatus.EFFECTIVE)
        else:
            return
        await _supersede(tx, provider_id)
        await store.exits.note_receipts(tx, running)
        await tell_provider(tx, provider, running)
    elif await _case_is_open(tx, provider_id):
        if running is None:
            running = await _begin(tx, provider_id, ExitStatus.PROCEEDING)
            await tell_provider(tx, provider, running)
        elif running.status is not ExitStatus.PROCEEDING:
            await _undo(tx, running)
            await _begin(tx, provider_id, ExitStatus.PROCEEDING)
    elif running is not None and awaits_effect and running.status is ExitStatus.PROCEEDING:
        running.due_at = tx.now + EFFECT_WITHIN
    elif running is not None:
        await _undo(tx, running)


async def _case_is_open(tx: Transaction, provider_id: UUID) -> bool:
    found = await store.obligations.open_obligations(tx, provider_id)
    return any(one.kind is ObligationKind.EXPULSION for one in found)


async def _begin(tx: Transaction, provider_id: UUID, status: ExitStatus) -> Exit:
    begun = Exit(new_id(), provider_id, ExitKind.EXPULSION, status, tx.now, BY_ENFORCEMENT)
    if status is ExitStatus.EFFECTIVE:
        begun.accepted_at = begun.due_at = tx.now
    tx.session.add(begun)
    await tx.session.flush()
    _record(tx, begun, None)
    return begun


def _move(tx: Transaction, expulsion: Exit, then: ExitStatus) -> None:
    before = expulsion.status
    if then is ExitStatus.EFFECTIVE:
        expulsion.take_effect(tx.now)
    else:
        expulsion.drop(tx.now)
    _record(tx, expulsion, before)


async def _undo(tx: Transaction, expulsion: Exit) -> None:
    """Gives the provider's own exit back exactly as it was."""
    _move(tx, expulsion, ExitStatus.DROPPED)
    await tx.session.flush()
    voluntary = await store.exits.lock_running(tx, expulsion.provider_id, ExitKind.VOLUNTARY)
    if voluntary is not None and voluntary.status is ExitStatus.SUPERSEDED:
        voluntary.resume(tx.now)
        _record(tx, voluntary, ExitStatus.SUPERSEDED)


async def _supersede(tx: Transaction, provider_id: UUID) -> None:
    voluntary = await store.exits.lock_running(tx, provider_id, ExitKind.VOLUNTARY)
    if voluntary is not None and voluntary.status is not ExitStatus.SUPERSEDED:
        before = voluntary.status
        voluntary.supersede()
        _record(tx, voluntary, before)


def _record(tx: Transaction, leaving: Exit, before: ExitStatus | None) -> None:
    tx.record(
        "follow_expulsion",
        f"provider:{leaving.provider_id}",
        old={"status": before} if before else None,
        new={"exit_id": leaving.exit_id, "kind": leaving.kind, "status": leaving.status},
    )
