"""Accounts that share traits, for the tests about who is the same provider."""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from services.registry.domain.provider import Provider
from services.registry.domain.trait import TraitKind
from services.registry.tests.builders import a_code, a_provider
from services.registry.use_cases.links import note_traits
from shared.db.transaction import Database
from shared.ids import new_id


def traits(**values: str | Iterable[str]) -> dict[TraitKind, list[bytes]]:
    """`traits(code="a", phone=["1", "2"])`: digests as the vault's blind index gives them."""
    named = {kind: [value] if isinstance(value, str) else list(value) for kind, value in values.items()}
    return {
        TraitKind(kind): [hashlib.sha256(f"{kind}:{text}".encode()).digest() for text in texts]
        for kind, texts in named.items()
    }


async def arrive(db: Database, account_id: str = "", **values: str | Iterable[str]) -> UUID:
    """An account applies with these traits."""
    async with db.transaction() as tx:
        provider = a_provider(account_id=account_id or str(new_id()), unified_social_credit_code=a_code())
        tx.session.add(provider)
        await note_traits(tx, provider, traits(**values))
        return provider.provider_id


async def restate(db: Database, provider_id: UUID, **values: str | Iterable[str]) -> None:
    """The account states other traits."""
    async with db.transaction() as tx:
        provider = await tx.session.get_one(Provider, provider_id, with_for_update=True)
        await note_traits(tx, provider, traits(**values))


async def partition(db: Database) -> set[frozenset[UUID]]:
    async with db.transaction() as tx:
        rows = await tx.driver.fetch(
            "SELECT array_agg(provider_id) AS members FROM membership WHERE until IS NULL GROUP BY group_id"
        )
        return {frozenset(row["members"]) for row in rows}
