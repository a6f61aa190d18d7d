"""What the registry says of a provider to the market: told when, and only when, it differs from what was told last."""

from services.registry import store
from services.registry.domain.errors import AccountBlocked
from services.registry.domain.provider import Provider
from services.registry.use_cases.app_access import tell_access_hit
from shared.contracts.effects import Effect, blocking
from shared.db.transaction import Transaction


async def tell_if_changed(tx: Transaction, provider: Provider) -> bool:
    """To be called at the end of everything that may change a standing. The provider's row is locked by then."""
    state = await store.state_of(tx, provider)
    if not await store.keep_told(tx, provider.provider_id, state):
        return False
    tx.emit(state)
    await tell_access_hit(tx, [("provider", provider.provider_id)])
    return True


async def refuse_blocked_account(tx: Transaction, provider: Provider) -> None:
    causes = blocking(await store.causes(tx, provider.provider_id), Effect.ACCOUNT, tx.now)
    if causes:
        raise AccountBlocked(
            "A restriction limits the functions of this account",
            effect=Effect.ACCOUNT,
            causes=[cause.model_dump(mode="json") for cause in causes],
        )
