"""Keeps enforcement's restrictions, and tells gateways of the applications that one opens or closes."""

from collections.abc import Sequence

from services.registry import tables
from services.registry.use_cases.app_access import tell_access_hit
from services.registry.use_cases.expulsions import follow_expulsion
from shared.contracts.enforcement import RestrictionChanged
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_restriction(tx: Transaction, received: Sequence[Received[RestrictionChanged]]) -> None:
    """Writes nobody's standing: what a restriction blocks is decided when it is read. Unknown targets are kept too."""
    targets = {item.event.key: item.event.target for item in received}
    changed = [targets[key] for key in await keep(tx, tables.restriction, received)]
    for provider_id in sorted({target.id for target in changed if target.kind == "provider"}):
        await follow_expulsion(tx, provider_id)
    await tell_access_hit(tx, {(target.kind, target.id) for target in changed})
