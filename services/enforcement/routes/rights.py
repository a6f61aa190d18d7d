"""Who may do what, and whose things a caller may read."""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

from services.enforcement import store
from shared.db.transaction import Transaction
from shared.http.auth import Caller, Role, requires

CanDecide = Annotated[Caller, requires(Role.OFFICER)]
CanAppeal = Annotated[Caller, requires(Role.PROVIDER)]
CanReport = Annotated[Caller, requires(Role.MERCHANT, Role.PROVIDER, Role.REVIEWER)]
CanRead = Annotated[Caller, requires(Role.OFFICER, Role.PROVIDER)]


async def readable_providers(tx: Transaction, caller: Caller) -> Collection[UUID] | None:
    """None: an officer reads everybody's; an account reads its own provider's and no other."""
    return None if caller.has(Role.OFFICER) else await store.providers_of(tx, caller.subject)
