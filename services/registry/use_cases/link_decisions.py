"""What staff decide about who is the same provider (6.5.11): each with its officer, reason and version."""

from collections.abc import Collection
from uuid import UUID

from services.registry import store
from services.registry.domain.errors import LinkedByLaw, OwnProvider
from services.registry.domain.group import Graph
from services.registry.domain.proposal import Link, pair_of
from services.registry.store import groups, links
from services.registry.use_cases.groups import follow_links
from services.registry.use_cases.numbers import refuse_personal
from shared.db.transaction import Transaction
from shared.errors import Invalid, NotFound
from shared.ids import new_id


async def confirm_link(tx: Transaction, link_id: UUID, version: int, officer: str, reason: str) -> Link:
    """The accounts of a proposed pair are one provider from now on, and so are their groups."""
    await groups.lock_groups(tx)
    link = await _lock(tx, link_id, version, officer, reason)
    old = link.status
    link.confirm(by=officer, at=tx.now, reason=reason)
    _record(tx, "confirm_link", link, old)
    await follow_links(tx, link.pair, reason)
    return link


async def reject_link(tx: Transaction, link_id: UUID, version: int, officer: str, reason: str) -> Link:
    """Not one provider. The pair comes back only upon a trait that was not judged now."""
    link = await _lock(tx, link_id, version, officer, reason)
    old = link.status
    link.reject(by=officer, at=tx.now, reason=reason)
    _record(tx, "reject_link", link, old)
    return link


async def undo_link(tx: Transaction, link_id: UUID, version: int, officer: str, reason: str) -> Link:
    """Takes a confirmed pair back. Its group falls apart where nothing else holds it together."""
    await groups.lock_groups(tx)
    link = await _lock(tx, link_id, version, officer, reason)
    old = link.status
    link.undo(by=officer, at=tx.now, reason=reason)
    _record(tx, "undo_link", link, old)
    await follow_links(tx, link.pair, reason)
    return link


async def link_accounts(tx: Transaction, one: UUID, other: UUID, officer: str, reason: str, evidence: str) -> Link:
    """An officer found out that both accounts have one actual controller, whatever they share (6.5.11)."""
    if one == other:
        raise Invalid(
            "An account is not linked with itself",
            errors=[{"pointer": "/other_id", "in": "body", "message": "must name another account"}],
        )
    refuse_personal(reason, "/reason")
    refuse_personal(evidence, "/evidence")
    pair = pair_of(one, other)
    for provider_id in pair:  # nobody proposes the pair meanwhile
        await store.lock_provider(tx, provider_id)
    await _refuse_own(tx, pair, officer)
    await groups.lock_groups(tx)
    link = await links.lock_pair(tx, pair)
    if link is None:
        link = Link(new_id(), *pair, proposed_at=tx.now)
        tx.session.add(link)
    old = link.status
    link.investigate(by=officer, at=tx.now, reason=reason, found=evidence)
    _record(tx, "link_accounts", link, old)
    await follow_links(tx, pair, reason)
    return link


async def separate_account(
    tx: Transaction, group_id: UUID, version: int, provider_id: UUID, officer: str, reason: str
) -> Collection[UUID]:
    """Cuts an account out of its group, with those who state the same identity: they are one provider by law.

    Undoes every confirmed pair between them and the others. Returns who left.
    """
    refuse_personal(reason, "/reason")
    await groups.lock_groups(tx)
    group = await groups.lock_group(tx, group_id, version)
    if provider_id not in group.members:
        raise NotFound("The account is not in this group")
    await _refuse_own(tx, group.members, officer)
    leaving = Graph(await links.strong_traits(tx, group.members)).cluster(provider_id)
    confirmed = await links.confirmed_among(tx, group.members)
    cut = [await links.lock_pair(tx, pair) for pair in sorted(confirmed) if len(leaving.intersection(pair)) == 1]
    if not cut:
        raise LinkedByLaw("All accounts of the group state the same identity; the link ends when one states another")
    for link in filter(None, cut):
        old = link.status
        link.undo(by=officer, at=tx.now, reason=reason)
        _record(tx, "undo_link", link, old)
    tx.record(
        "separate_account",
        f"group:{group_id}",
        old={"members": sorted(group.members)},
        new={"separated": sorted(leaving)},
        reason=reason,
    )
    await follow_links(tx, group.members, reason)
    return leaving


async def _lock(tx: Transaction, link_id: UUID, version: int, officer: str, reason: str) -> Link:
    refuse_personal(reason, "/reason")
    link = await links.lock_link(tx, link_id, version)
    await _refuse_own(tx, link.pair, officer)
    return link


async def _refuse_own(tx: Transaction, providers: Collection[UUID], officer: str) -> None:
    if await links.is_own(tx, providers, officer):
        raise OwnProvider("The decision belongs to somebody else")


def _record(tx: Transaction, action: str, link: Link, old: str) -> None:
    tx.record(
        action,
        link.target,
        old={"status": old},
        new={"status": link.status, "pair": link.pair, "basis": link.basis, "evidence": link.kinds},
        reason=link.reason,
    )
