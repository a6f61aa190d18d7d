"""Nobody of the staff decides about the provider that they are."""

from uuid import UUID

from services.catalog import store
from services.catalog.domain.errors import OwnProvider
from shared.db.transaction import Transaction


async def refuse_own_provider(tx: Transaction, provider_id: UUID, staff: str) -> None:
    """An account that is the same provider by a link is one's own too (6.5.11)."""
    own = await store.seller_of_account(tx, staff)
    if own is not None and own.provider_id in {provider_id, *await store.linked_providers(tx, provider_id)}:
        raise OwnProvider("The decision belongs to somebody else")
