"""Keeps enforcement's restrictions on providers, whole or within one category."""

from collections.abc import Sequence

from services.registry import tables
from services.registry.use_cases.expulsions import follow_expulsion
from shared.contracts.enforcement import RestrictionChanged
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received

_OURS = ("provider", "provider_category")


async def keep_restriction(tx: Transaction, received: Sequence[Received[RestrictionChanged]]) -> None:
    """Writes nobody's standing: what a restriction blocks is decided when it is read. Unknown targets are kept too."""
    ours = {item.event.key: item.event.target for item in received if item.event.target.kind in _OURS}
    changed = await keep(tx, tables.restriction, [item for item in received if item.event.key in ours])
    for provider_id in sorted({ours[key].id for key in changed if ours[key].kind == "provider"}):
        await follow_expulsion(tx, provider_id)
