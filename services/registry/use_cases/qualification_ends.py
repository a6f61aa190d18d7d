"""What the clock does with qualifications: reminds of their end, and says when they have ended (3.2).

An expiry takes effect by itself, wherever the clock is compared with it; here it is only told.
"""

from services.registry import store
from services.registry.domain.qualification import QualificationStep, StepKind
from services.registry.use_cases.qualification_notices import remind_of_expiry, tell_expired
from services.registry.use_cases.standing import tell_if_changed
from shared.db.transaction import Transaction
from shared.ids import new_id

BATCH = 100


async def remind_of_expiries(tx: Transaction) -> int:
    """30 and 7 days before; who came late is told the nearer one only."""
    due = await store.claim_to_remind(tx, BATCH)
    for provider_id, category in due:
        provider = await store.lock_provider(tx, provider_id)
        held = await store.qualification(tx, provider_id, category)
        days = held.reminder_due(tx.now) if held is not None else None
        if held is None or days is None:
            continue
        await remind_of_expiry(tx, provider, held, days)
        tx.record(
            "remind_of_expiry",
            provider.target,
            old={"reminded_days": held.reminded_days},
            new={"category": category, "expires_at": held.expires_at, "reminded_days": days},
        )
        held.reminded_days = days
    return len(due)


async def tell_expiries(tx: Transaction) -> int:
    """The categories that a provider is told to hold stay true, and it learns what it has lost."""
    due = await store.claim_lapsed(tx, BATCH)
    for provider_id, category in due:
        provider = await store.lock_provider(tx, provider_id)
        held = await store.qualification(tx, provider_id, category)
        if held is None or held.expires_at is None or held.expires_at > tx.now:
            continue
        held.lapsed_at = tx.now
        tx.session.add(
            QualificationStep(new_id(), provider_id, category, StepKind.EXPIRED, held.expires_at, "", held.expires_at)
        )
        await tell_if_changed(tx, provider)
        await tell_expired(tx, provider, held)
        tx.record("tell_expiry", provider.target, new={"category": category, "expires_at": held.expires_at})
    return len(due)
