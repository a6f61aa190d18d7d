"""When the calendar of a year is published, what was due provisionally in it is due for good."""

from services.registry import store
from shared.business_days import firm_up
from shared.db.transaction import Transaction


async def firm_up_due_dates(tx: Transaction) -> int:
    """Computes the provisional due dates of applications anew; how many changed."""
    changed = await firm_up(tx, store.PROVISIONAL)
    for provider_id in changed:
        tx.record("firm_up_due_date", f"provider:{provider_id}")
    return len(changed)
