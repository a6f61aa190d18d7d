"""How the catalog's aggregates are found, locked and kept."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import func, select, true
from sqlalchemy.dialects.postgresql import insert

from services.catalog import tables
from services.catalog.domain.category import Category
from services.catalog.domain.effective import Circumstances, Lifecycle
from services.catalog.domain.listing import Listing, ListingVersion
from shared.contracts.catalog import ListingKind
from shared.contracts.effects import target_key
from shared.contracts.enforcement import RestrictionChanged
from shared.contracts.registry import ProviderStandingChanged
from shared.db.transaction import Transaction
from shared.errors import NotFound, StaleVersion


async def lock_account(tx: Transaction, account_id: str) -> None:
    """New listings of one account come one after the other, so that each one counts those before it."""
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"account:{account_id}", 0))))


async def lock_seed(tx: Transaction) -> None:
    """Processes that start together seed one after the other."""
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("seed", 0))))


async def lock_listing(
    tx: Transaction, listing_id: UUID, *, only_of: str | None = None, version: int | None = None
) -> Listing:
    """The listing, locked until the end of the transaction. Another account's does not exist for `only_of`."""
    owner = tables.listing.c.account_id == only_of if only_of is not None else true()
    found = await tx.session.scalar(
        select(Listing)
        .where(tables.listing.c.listing_id == listing_id, owner)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("There is no listing with this id")
    if version is not None and found.version != version:
        raise StaleVersion("The listing was changed since you read it", expected=version, current=found.version)
    return found


async def version_of(tx: Transaction, listing_id: UUID, number: int) -> ListingVersion:
    found = await tx.session.get(ListingVersion, (listing_id, number))
    if found is None:
        raise NotFound("There is no such version of the listing")
    return found


async def newest_version(tx: Transaction, listing: Listing) -> ListingVersion:
    return await version_of(tx, listing.listing_id, listing.newest_number)


async def live_version(tx: Transaction, listing: Listing) -> ListingVersion | None:
    """The version that is on the market, or was last."""
    return await version_of(tx, listing.listing_id, listing.live_number) if listing.live_number else None


async def applications_of(tx: Transaction, account_id: str) -> int:
    columns = tables.listing.c
    counted = await tx.session.scalar(
        select(func.count()).where(
            columns.account_id == account_id,
            columns.kind == ListingKind.APPLICATION,
            columns.lifecycle != Lifecycle.RETIRED,
        )
    )
    return counted or 0


async def category(tx: Transaction, code: str) -> Category | None:
    return await tx.session.get(Category, code)


async def categories(tx: Transaction) -> Sequence[Category]:
    return (await tx.session.scalars(select(Category).order_by(tables.category.c.position))).all()


async def keep_category(tx: Transaction, entry: Category) -> bool:
    """Stores the category as it is now; says whether anything was different."""
    values = {column.name: getattr(entry, column.name) for column in tables.category.columns}
    stored = insert(tables.category).values(values)
    changed = await tx.session.scalar(
        stored.on_conflict_do_update(
            index_elements=["code"],
            set_=values,
            where=func.row(*tables.category.columns).is_distinct_from(
                func.row(*(stored.excluded[column.name] for column in tables.category.columns))
            ),
        ).returning(tables.category.c.code)
    )
    return changed is not None


async def seller_of_account(tx: Transaction, account_id: str) -> ProviderStandingChanged | None:
    state = await tx.session.scalar(
        select(tables.provider_standing.c.state)
        .where(tables.provider_standing.c.account_id == account_id)
        .order_by(tables.provider_standing.c.key)
        .limit(1)
    )
    return ProviderStandingChanged.model_validate(state) if state else None


async def sellers(tx: Transaction, provider_ids: Iterable[UUID]) -> dict[UUID, ProviderStandingChanged]:
    states = await tx.session.scalars(
        select(tables.provider_standing.c.state).where(
            tables.provider_standing.c.key.in_({str(provider_id) for provider_id in provider_ids})
        )
    )
    found = (ProviderStandingChanged.model_validate(state) for state in states)
    return {standing.provider_id: standing for standing in found}


async def restrictions(tx: Transaction, keys: Iterable[str]) -> dict[str, RestrictionChanged]:
    """What enforcement last told of these targets, by target key."""
    states = await tx.session.scalars(select(tables.restriction.c.state).where(tables.restriction.c.key.in_(set(keys))))
    found = (RestrictionChanged.model_validate(state) for state in states)
    return {restriction.target_key: restriction for restriction in found}


def restriction_keys(listing_id: UUID, provider_id: UUID, category: str) -> tuple[str, str, str]:
    """The targets whose restrictions hit a listing, from the narrowest to the widest."""
    return (
        target_key("listing", listing_id),
        target_key("provider_category", provider_id, category),
        target_key("provider", provider_id),
    )


async def circumstances(tx: Transaction, listing: Listing, category_code: str) -> Circumstances:
    keys = restriction_keys(listing.listing_id, listing.provider_id, category_code)
    held = await restrictions(tx, keys)
    place = await category(tx, category_code)
    return Circumstances(
        listing.lifecycle,
        category_code,
        place is not None and place.requires_qualification,
        (await sellers(tx, [listing.provider_id])).get(listing.provider_id),
        tuple(held[key] for key in keys if key in held),
    )


async def lock_published_after(tx: Transaction, listing_id: str, limit: int) -> Sequence[Listing]:
    """The next `limit` listings that ever went live. Locked: what is told of them cannot be overtaken by a change."""
    after = tables.listing.c.listing_id > UUID(listing_id) if listing_id else true()
    found = await tx.session.scalars(
        select(Listing)
        .where(after, tables.listing.c.live_number > 0)
        .order_by(tables.listing.c.listing_id)
        .limit(limit)
        .with_for_update()
    )
    return found.all()
