"""What happens by the clock while providers leave: exits end, users are told, early stops of services are reported."""

from datetime import timedelta

from services.registry import store
from services.registry.domain.exit import ExitStatus
from services.registry.use_cases.exit_notices import tell_users
from services.registry.use_cases.exits import complete_exit
from services.registry.use_cases.expulsions import stop_awaiting
from shared.db.transaction import Transaction

BATCH = 50
TOLD_AT_ONCE = 200
LOOK_AGAIN = timedelta(minutes=15)
"""When an exit that still waits for something is looked at again; a receipt makes it due at once."""


async def complete_exits(tx: Transaction) -> int:
    """Ends the exits that have nothing left to wait for."""
    providers = await store.exits.due_providers(tx, BATCH)
    looked_at = 0
    for provider_id in providers:
        provider = await store.lock_provider(tx, provider_id)
        for leaving in await store.exits.lock_due(tx, provider_id):
            looked_at += 1
            if leaving.status is ExitStatus.PROCEEDING:
                await stop_awaiting(tx, provider, leaving)
            elif not await complete_exit(tx, provider, leaving):
                leaving.due_at = tx.now + LOOK_AGAIN
    return looked_at


async def tell_untold_users(tx: Transaction) -> int:
    """Every user learns that the provider leaves, until when the service goes on, and where to confirm the handover."""
    untold = await store.exits.claim_untold(tx, TOLD_AT_ONCE)
    if untold:
        await tell_users(tx, untold)
        tx.record("tell_users", "exits", new={"exits": sorted({str(one.exit_id) for one in untold})})
    return len(untold)


async def report_stopped_services(tx: Transaction) -> int:
    """Says once of each outage that a service is away which its leaving provider still owes (7.4). No judgement."""
    stopped = await store.exits.claim_stopped(tx, BATCH)
    for service in stopped:
        tx.emit(service.reported())
        tx.record(
            "report_stopped_service",
            f"provider:{service.provider_id}",
            new={"exit_id": service.exit_id, "listing_id": service.listing_id, "outage_id": service.outage_id},
        )
    return len(stopped)
