"""Why each effect is open or blocked for a provider."""

from uuid import UUID

from services.registry import store
from services.registry.domain import standing as standings
from services.registry.domain.explanation import Because, explain
from services.registry.domain.provider import Provider
from services.registry.queries.providers import provider
from shared.contracts.effects import Effect
from shared.db.transaction import Transaction


async def explanation(
    tx: Transaction, provider_id: UUID, category: str
) -> tuple[Provider, dict[Effect, tuple[Because, ...]]]:
    """Why each effect is open or blocked for the provider, within the category if one is named."""
    found = await provider(tx, provider_id, None)
    causes = await store.causes(tx, provider_id, category)
    held = standings.held(await store.situation_of(tx, found))
    if category:
        qualification = await store.qualification(tx, provider_id, category)
        held += standings.held_in(category, qualification, store.requirements(), tx.now)
    return found, dict(explain(held, causes, tx.now))
