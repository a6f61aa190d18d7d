"""service.stopped_early → a case is proposed by the rulebook (6.2.4(2), 7.4(2)); an officer decides."""

from services.enforcement.use_cases import stops
from shared.contracts.registry import ServiceStoppedEarly
from shared.db.transaction import Transaction


async def judge_stop(tx: Transaction, stopped: ServiceStoppedEarly) -> None:
    await stops.judge_stop(tx, stopped)
