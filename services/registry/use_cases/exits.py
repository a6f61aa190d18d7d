"""A provider asks to leave the market, thinks better of it, and is let go once nothing stands in the way (7.1)."""

from uuid import UUID

from services.registry import store
from services.registry.domain.errors import ExitRunning
from services.registry.domain.exit import Exit, ExitKind, ExitStatus
from services.registry.domain.provider import Provider
from services.registry.use_cases.agreement_stages import remind_of_coming
from services.registry.use_cases.exit_notices import tell_provider
from services.registry.use_cases.numbers import refuse_personal
from services.registry.use_cases.standing import refuse_blocked_account, tell_if_changed
from shared.contracts.registry import Standing
from shared.db.transaction import Transaction
from shared.ids import new_id


async def request_exit(tx: Transaction, provider_id: UUID, account_id: str, reason: str) -> Exit:
    """From the request on nothing new is ordered or renewed (7.3); what was bought goes on (7.4)."""
    refuse_personal(reason, "/reason")
    provider = await store.lock_own_provider(tx, provider_id, account_id)
    running = await store.exits.lock_running(tx, provider_id, ExitKind.VOLUNTARY)
    if running is not None:
        raise ExitRunning("This provider asked to leave already", exit_id=str(running.exit_id))
    await refuse_blocked_account(tx, provider)
    provider.become(Standing.EXITING)
    leaving = Exit(new_id(), provider_id, ExitKind.VOLUNTARY, ExitStatus.REQUESTED, tx.now, account_id)
    tx.session.add(leaving)
    tx.emit(leaving.requested())
    await tell_if_changed(tx, provider)
    await tell_provider(tx, provider, leaving)
    _record(tx, "request_exit", leaving, None, reason)
    return leaving


async def withdraw_exit(tx: Transaction, provider_id: UUID, account_id: str, version: int, reason: str) -> Exit:
    """The provider stays, and everything is as it was before the request."""
    refuse_personal(reason, "/reason")
    provider = await store.lock_own_provider(tx, provider_id, account_id)
    leaving = await store.exits.lock_voluntary(tx, provider_id, version)
    await refuse_blocked_account(tx, provider)
    before = leaving.status
    tx.emit(leaving.withdraw(tx.now))
    provider.become(Standing.ADMITTED)
    await tell_if_changed(tx, provider)
    await remind_of_coming(tx, provider)
    _record(tx, "withdraw_exit", leaving, before, reason)
    return leaving


async def accept_exit(tx: Transaction, provider_id: UUID, version: int, officer: str, reason: str) -> Exit:
    """Refused while anything stands in the way, as far as the other services have told by now (7.1)."""
    refuse_personal(reason, "/reason")
    provider = await store.lock_provider(tx, provider_id)
    provider.refuse_own(officer)
    leaving = await store.exits.lock_voluntary(tx, provider_id, version)
    before = leaving.status
    tx.emit(leaving.accept(await store.exits.progress_of(tx, leaving), by=officer, at=tx.now))
    await store.exits.note_receipts(tx, leaving)
    await tell_provider(tx, provider, leaving)
    _record(tx, "accept_exit", leaving, before, reason)
    return leaving


async def complete_exit(tx: Transaction, provider: Provider, leaving: Exit) -> bool:
    """Ends the exit if nothing is left to wait for. An expulsion writes no standing: an appeal may still undo it."""
    await store.exits.note_receipts(tx, leaving)
    progress = await store.exits.progress_of(tx, leaving)
    if leaving.waits_for(progress, tx.now):
        return False
    before = leaving.status
    tx.emit(leaving.complete(progress, tx.now))
    if leaving.kind is ExitKind.VOLUNTARY:
        provider.become(Standing.EXITED)
    await tell_if_changed(tx, provider)
    await tell_provider(tx, provider, leaving)
    _record(tx, "complete_exit", leaving, before, "")
    return True


def _record(tx: Transaction, action: str, leaving: Exit, before: ExitStatus | None, reason: str) -> None:
    tx.record(
        action,
        f"provider:{leaving.provider_id}",
        old={"status": before} if before else None,
        new={"exit_id": leaving.exit_id, "status": leaving.status},
        reason=reason,
    )
