"""When the calendar of a year is published, what was due provisionally in it is due for good."""

from services.registry import store
from shared.business_days import firm_up
from shared.db.transaction import Transaction


async def firm_up_due_dates(tx: Transaction) -> int:
    """Computes the provisional due dates of applications and changes anew; how many changed."""
    applications = await firm_up(tx, store.PROVISIONAL)
    changes = await firm_up(tx, store.PROVISIONAL_CHANGES)
    targets = [f"provider:{key}" for key in applications] + [f"profile_change:{key}" for key in changes]
    for target in targets:
        tx.record("firm_up_due_date", target)
    return len(targets)
