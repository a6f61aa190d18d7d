"""Everything that decides what the registry holds against a provider, gathered."""

from datetime import datetime

from sqlalchemy import func, select

from services.registry import tables
from services.registry.domain.agreement import overdue
from services.registry.domain.exit import ExitKind
from services.registry.domain.provider import Provider
from services.registry.domain.standing import Situation
from services.registry.store.agreements import agreements, signatures
from services.registry.store.exits import serves_out_since
from services.registry.store.qualifications import qualifications, requirements
from shared.contracts.registry import ProviderStandingChanged, Standing
from shared.db.transaction import Transaction


async def situation_of(tx: Transaction, provider: Provider) -> Situation:
    """Everything that decides what the registry itself holds against the provider."""
    unsigned = overdue(await agreements(tx), await signatures(tx, provider.provider_id), tx.now)
    return Situation(provider.standing, await _since(tx, provider), unsigned)


async def state_of(tx: Transaction, provider: Provider) -> ProviderStandingChanged:
    """The whole standing as the market gets to know it."""
    held = await qualifications(tx, provider.provider_id)
    state = provider.state(await situation_of(tx, provider), held, tx.now, requirements())
    since = await serves_out_since(tx, provider.provider_id)
    return state if since is None else state.model_copy(update={"serves_out_since": since})


async def _since(tx: Transaction, provider: Provider) -> datetime | None:
    """When it came into its standing."""
    if provider.standing is Standing.APPLIED:
        return provider.applied_at
    if provider.standing is Standing.ADMITTED:
        return provider.admitted_at
    leaving = tables.exit_.c
    moment = leaving.requested_at if provider.standing is Standing.EXITING else leaving.ended_at
    found: datetime | None = await tx.session.scalar(
        select(func.max(moment)).where(leaving.provider_id == provider.provider_id, leaving.kind == ExitKind.VOLUNTARY)
    )
    return found
