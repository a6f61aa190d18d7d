"""What an application or a changed profile says about who is the same provider (6.5.11, 2.7).

Both take digests: `vault.index(kind, normalised(kind, text))` of every trait that is stated and says something.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from services.registry.domain.errors import IdentityBarred
from services.registry.domain.evidence import weigh
from services.registry.domain.proposal import Link, pair_of
from services.registry.domain.provider import Provider
from services.registry.domain.trait import STRONG, Ground, TraitKind
from services.registry.store import groups, links
from services.registry.use_cases.groups import follow_links
from shared.db.transaction import Transaction
from shared.ids import new_id

Digests = Mapping[TraitKind, Collection[bytes]]
Holders = Mapping[Ground, Collection[UUID]]

_POINTERS = {
    TraitKind.CODE: "/unified_social_credit_code",
    TraitKind.REPRESENTATIVE: "/representative/identity_number",
}


async def refuse_barred(tx: Transaction, digests: Digests, *, but: UUID | None) -> None:
    """An expelled provider stays out, under whatever account it comes. Says nothing of the account that is known."""
    stated = {ground for ground in _grounds(digests) if ground[0] in STRONG}
    barred = await links.expelled_kinds(tx, stated, but)
    if barred:
        raise IdentityBarred(
            "The provider with this identity was expelled (clause 2.7); all its accounts are one provider (6.5.11)",
            clauses=["2.7", "6.5.11"],
            errors=[
                {"pointer": _POINTERS[kind], "in": "body", "message": "was expelled from the market (2.7, 6.5.11)"}
                for kind in sorted(barred)
            ],
        )


async def note_traits(tx: Transaction, provider: Provider, digests: Digests) -> None:
    """Replaces what is known of the provider. The same code or representative links at once, the rest proposes.

    The provider's row is locked by then, or not yet seen by anybody.
    """
    await tx.session.flush()
    stated, known = _grounds(digests), await links.traits(tx, provider.provider_id)
    if stated == known:
        return
    await links.lock_traits(tx, stated | known, provider.provider_id)
    holders = await links.replace_traits(tx, provider.provider_id, known=known, stated=stated)
    tx.record(
        "note_traits",
        provider.target,
        old={"kinds": sorted(kind for kind, _ in known)},
        new={"kinds": sorted(kind for kind, _ in stated)},
    )
    if await _moves(tx, provider.provider_id, holders, known - stated):
        await groups.lock_groups(tx)
        await follow_links(tx, [provider.provider_id], "the identity that the account states changed")
    if known or weigh(holders):
        await _propose(tx, provider.provider_id, holders)


async def _moves(tx: Transaction, provider_id: UUID, holders: Holders, gone: Collection[Ground]) -> bool:
    """Whether the account may come to another group. Most accounts stand alone and wait for nobody."""
    if any(ground[0] in STRONG for ground in holders):
        return True
    lost = any(ground[0] in STRONG for ground in gone)
    return lost and bool(await groups.group_ids_of(tx, [provider_id]))


async def _propose(tx: Transaction, provider_id: UUID, holders: Holders) -> None:
    witnesses = weigh(holders)
    pairs = await links.lock_links_of(tx, provider_id, list(witnesses))
    for other in sorted({*witnesses, *pairs}):
        link = pairs.get(other) or Link(new_id(), *pair_of(provider_id, other), proposed_at=tx.now)
        if not link.assess(witnesses.get(other, ()), at=tx.now):
            continue
        tx.session.add(link)
        tx.record(
            "assess_link",
            link.target,
            new={"pair": link.pair, "status": link.status, "confidence": link.confidence, "evidence": link.evidence},
        )


def _grounds(digests: Digests) -> set[Ground]:
    return {(TraitKind(kind), bytes(digest)) for kind, held in digests.items() for digest in held}
