"""What is in force on a target changed: obey from now on, and reconsider what was ordered since it began."""

from collections.abc import Sequence

from services.orders.tables import restriction
from services.orders.use_cases.reconsidering import look_again_later, reconsider_orders
from shared.contracts.enforcement import RestrictionChanged
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received, on


async def obey_restriction(tx: Transaction, received: Sequence[Received[RestrictionChanged]]) -> None:
    """A restriction on a listing that is not known here yet is kept for the day that it comes."""
    advanced = set(await keep(tx, restriction, received))
    newest = {item.event.key: item for item in sorted(received, key=lambda item: item.envelope.sequence)}
    for key, item in newest.items():
        if key in advanced:
            await reconsider_orders(tx, item.event.target, item.event.causes)
            await look_again_later(tx, item.event.target)


REACTION = on(RestrictionChanged, obey_restriction)
