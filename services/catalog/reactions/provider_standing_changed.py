"""Keeps the registry's word on every provider: its standing, what that blocks, and its qualifications."""

from collections.abc import Sequence

from services.catalog import tables
from services.catalog.use_cases.offers import restate_blocks
from services.catalog.use_cases.publishing import settle_targets
from shared.contracts.effects import Target
from shared.contracts.registry import ProviderStandingChanged
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_standing(tx: Transaction, received: Sequence[Received[ProviderStandingChanged]]) -> None:
    await keep(tx, tables.provider_standing, received)
    targets = [Target(kind="provider", id=item.event.provider_id) for item in received]
    await settle_targets(tx, targets)
    await restate_blocks(tx, targets)
