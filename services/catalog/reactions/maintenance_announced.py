"""Keeps which maintenances of a listing are announced."""

from collections.abc import Sequence

from services.catalog import tables
from services.catalog.use_cases.offers import restate_measured
from shared.contracts.monitoring import MaintenanceAnnounced
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_maintenance(tx: Transaction, received: Sequence[Received[MaintenanceAnnounced]]) -> None:
    await keep(tx, tables.maintenance, received)
    await restate_measured(tx, {item.event.listing_id for item in received})
