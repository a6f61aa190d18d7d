"""Keeps enforcement's restrictions, also those on targets that are not known here yet."""

from collections.abc import Sequence

from services.catalog import tables
from services.catalog.use_cases.offers import restate_blocks
from services.catalog.use_cases.publishing import settle_targets
from shared.contracts.effects import Effect
from shared.contracts.enforcement import RestrictionChanged
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_restriction(tx: Transaction, received: Sequence[Received[RestrictionChanged]]) -> None:
    """What it blocks is decided when it is read; only what a publish freeze takes back is written (6.5.3)."""
    await keep(tx, tables.restriction, received)
    targets = [item.event.target for item in received]
    freezes = [cause.from_ for item in received for cause in item.event.causes if Effect.PUBLISH in cause.effects]
    await settle_targets(tx, targets, min(freezes, default=None))
    await restate_blocks(tx, targets)
