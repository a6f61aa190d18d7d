"""Reads of applications on the open platform."""

from collections.abc import Sequence
from uuid import UUID

from services.registry.domain import app_access
from services.registry.domain.app_access import Decision, Key
from services.registry.queries.providers import provider
from services.registry.store import apps
from shared.db.transaction import Transaction
from shared.errors import NotFound


async def app(tx: Transaction, app_id: UUID, only_of: str | None) -> tuple[int, Sequence[Key], Decision]:
    """The version told last, its keys, oldest first, and whether it may call; `only_of` sees its own and no other.

    Of the keys that ended only the latest are shown.
    """
    provider_id = await apps.owner_of(tx, app_id)
    if provider_id is None:
        raise NotFound("There is no such application")
    await provider(tx, provider_id, only_of)
    against = await apps.against(tx, app_id, provider_id)
    decision = app_access.decide(against.holds, against.causes, tx.now)
    return await apps.told_version(tx, app_id), await apps.keys(tx, app_id), decision
