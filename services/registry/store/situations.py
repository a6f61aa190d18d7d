"""Everything that decides what the registry holds against a provider, gathered."""

from services.registry.domain.agreement import unsigned
from services.registry.domain.provider import Provider
from services.registry.domain.standing import Situation
from services.registry.store.agreements import agreements, signatures
from services.registry.store.exits import serves_out_since
from services.registry.store.qualifications import qualifications
from shared.contracts.registry import ProviderStandingChanged
from shared.db.transaction import Transaction


async def situation_of(tx: Transaction, provider: Provider) -> Situation:
    """Everything that decides what the registry itself holds against the provider."""
    overdue = unsigned(await agreements(tx), await signatures(tx, provider.provider_id), tx.now)
    return Situation(provider.standing, overdue)


async def state_of(tx: Transaction, provider: Provider) -> ProviderStandingChanged:
    """The whole standing as the market gets to know it."""
    held = await qualifications(tx, provider.provider_id)
    state = provider.state(await situation_of(tx, provider), held, tx.now)
    since = await serves_out_since(tx, provider.provider_id)
    return state if since is None else state.model_copy(update={"serves_out_since": since})
