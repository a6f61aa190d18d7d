"""Keeps the measured availability of each listing."""

from collections.abc import Sequence

from services.catalog import tables
from services.catalog.use_cases.offers import restate_measured
from shared.contracts.monitoring import AvailabilityMeasured
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_availability(tx: Transaction, received: Sequence[Received[AvailabilityMeasured]]) -> None:
    await keep(tx, tables.availability, received)
    await restate_measured(tx, {item.event.listing_id for item in received})
