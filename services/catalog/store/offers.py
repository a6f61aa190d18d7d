"""How the storefront's rows are kept in step with listings, with what blocks them and with what others measure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.catalog import tables
from services.catalog.domain.effective import EVER, Circumstances, Lifecycle, Span
from services.catalog.domain.offer import FORM, Blocks, Offer
from services.catalog.store.circumstances import restriction_keys, restrictions, sellers
from shared.contracts.effects import Target
from shared.db.transaction import Transaction

_KEEP = """
INSERT INTO offer (listing_id, provider_id, form, kind, category, least_price_fen, has_trial, first_published_at,
                   published_at, hidden, unorderable, unrenewable, words, name, provider_name, item, page)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::tstzmultirange, $11::text::tstzmultirange,
        $12::text::tstzmultirange, array_to_tsvector($13::text[]), $14, $15, $16, $17)
ON CONFLICT (listing_id) DO UPDATE SET
    provider_id = excluded.provider_id, form = excluded.form, kind = excluded.kind, category = excluded.category,
    least_price_fen = excluded.least_price_fen, has_trial = excluded.has_trial,
    first_published_at = excluded.first_published_at, published_at = excluded.published_at, hidden = excluded.hidden,
    unorderable = excluded.unorderable, unrenewable = excluded.unrenewable, words = excluded.words,
    name = excluded.name, provider_name = excluded.provider_name, item = excluded.item, page = excluded.page
"""
_BLOCK = """
UPDATE offer o SET hidden = n.hidden, unorderable = n.unorderable, unrenewable = n.unrenewable,
                   provider_name = n.provider_name
FROM (SELECT listing_id, provider_name, hidden::tstzmultirange, unorderable::tstzmultirange,
             unrenewable::tstzmultirange
      FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
           AS u (listing_id, provider_name, hidden, unorderable, unrenewable)) n
WHERE o.listing_id = n.listing_id
  AND (o.hidden, o.unorderable, o.unrenewable, o.provider_name)
      IS DISTINCT FROM (n.hidden, n.unorderable, n.unrenewable, n.provider_name)
"""
# Of maintenances that were announced, those that are not over and not cancelled, the next one first.
_MEASURED = """
UPDATE offer o SET rating = n.rating, rating_count = n.rating_count, availability = n.availability, badge = n.badge,
                   maintenances = n.maintenances
FROM (SELECT l.listing_id, coalesce((r.state->>'rating')::float8, 0) AS rating,
             coalesce((r.state->>'count')::int, 0) AS rating_count,
             coalesce((a.state->>'availability')::float8, -1) AS availability,
             CASE WHEN a.state->>'availability' IS NOT NULL THEN a.state - 'listing_id' - 'provider_id' END::text
                 AS badge,
             coalesce(m.announced, '[]') AS maintenances
      FROM unnest($1::uuid[]) AS l (listing_id)
      LEFT JOIN rating r ON r.key = l.listing_id::text
      LEFT JOIN availability a ON a.key = l.listing_id::text
      LEFT JOIN LATERAL (
          SELECT jsonb_agg(jsonb_build_object('maintenance_id', state->'maintenance_id', 'starts_at',
              state->'starts_at', 'ends_at', state->'ends_at', 'reason', state->'reason')
              ORDER BY (state->>'starts_at')::timestamptz, key)::text AS announced
          FROM maintenance
          WHERE maintenance.listing_id = l.listing_id::text AND state->>'cancelled_at' IS NULL
            AND (state->>'ends_at')::timestamptz > $2) m ON true) n
WHERE o.listing_id = n.listing_id
  AND (o.rating, o.rating_count, o.availability, o.badge, o.maintenances)
      IS DISTINCT FROM (n.rating, n.rating_count, n.availability, n.badge, n.maintenances)
"""
_UNWRITTEN = """
SELECT l.listing_id FROM listing l LEFT JOIN offer o ON o.listing_id = l.listing_id AND o.form = $1
WHERE l.lifecycle = 'live' AND l.live_number > 0 AND o.listing_id IS NULL
LIMIT $2 FOR UPDATE OF l SKIP LOCKED
"""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an offer stands: what decides which restrictions and which standing hit it."""

    listing_id: UUID
    provider_id: UUID
    category: str


async def keep_offer(tx: Transaction, offer: Offer) -> None:
    """The row anew, with what is measured of the listing as it was last told."""
    blocks = offer.blocks
    await tx.driver.execute(
        _KEEP,
        offer.listing_id,
        offer.provider_id,
        FORM,
        offer.kind,
        offer.category,
        offer.least_price_fen,
        offer.has_trial,
        offer.first_published_at,
        offer.published_at,
        _ranges(blocks.hidden),
        _ranges(blocks.unorderable),
        _ranges(blocks.unrenewable),
        offer.lexemes,
        offer.name,
        offer.provider_name,
        offer.item,
        offer.page,
    )
    await keep_measured(tx, [offer.listing_id])


async def drop_offer(tx: Transaction, listing_id: UUID) -> None:
    await tx.driver.execute("DELETE FROM offer WHERE listing_id = $1", listing_id)


async def keep_measured(tx: Transaction, listing_ids: Collection[UUID]) -> None:
    """Rating, availability and maintenances, as the replicas have them now."""
    await tx.driver.execute(_MEASURED, list(listing_ids), tx.now)


async def keep_blocks(tx: Transaction, found: Iterable[tuple[UUID, str, Blocks]]) -> None:
    """What blocks each listing, and its provider's name; a row that says so already stays as it is."""
    rows = [
        (listing_id, name, _ranges(blocks.hidden), _ranges(blocks.unorderable), _ranges(blocks.unrenewable))
        for listing_id, name, blocks in found
    ]
    if rows:
        await tx.driver.execute(_BLOCK, *(list(column) for column in zip(*rows, strict=True)))


async def lock_listings(tx: Transaction, listing_ids: Collection[UUID]) -> None:
    """Nobody publishes any of these meanwhile with what was known before."""
    await tx.driver.execute(
        "SELECT FROM listing WHERE listing_id = ANY ($1) ORDER BY listing_id FOR UPDATE", list(listing_ids)
    )


async def lock_listings_of(tx: Transaction, targets: Collection[Target]) -> list[Placed]:
    """The offers that these targets hit, with all listings of theirs locked, also those not on the market yet."""
    listings = [target.id for target in targets if target.kind == "listing"]
    providers = [target.id for target in targets if target.kind != "listing"]
    await tx.driver.execute(
        "SELECT FROM listing WHERE listing_id = ANY ($1) OR provider_id = ANY ($2) ORDER BY listing_id FOR UPDATE",
        listings,
        providers,
    )
    rows = await tx.driver.fetch(
        "SELECT listing_id, provider_id, category FROM offer WHERE listing_id = ANY ($1) OR provider_id = ANY ($2)"
        " ORDER BY listing_id",
        listings,
        providers,
    )
    return [Placed(row["listing_id"], row["provider_id"], row["category"]) for row in rows]


async def circumstances_of(tx: Transaction, placed: Sequence[Placed]) -> list[Circumstances]:
    """What decides about each of these offers, by three statements for all. Offers are of live listings only."""
    keys = [restriction_keys(each.listing_id, each.provider_id, each.category) for each in placed]
    held = await restrictions(tx, (key for of_one in keys for key in of_one))
    standings = await sellers(tx, {each.provider_id for each in placed})
    demanding = {row["code"] for row in await tx.driver.fetch("SELECT code FROM category WHERE requires_qualification")}
    return [
        Circumstances(
            Lifecycle.LIVE,
            each.category,
            each.category in demanding,
            standings.get(each.provider_id),
            tuple(held[key] for key in of_one if key in held),
        )
        for each, of_one in zip(placed, keys, strict=True)
    ]


async def unwritten(tx: Transaction, limit: int) -> list[UUID]:
    """Listings on the market without an offer of today's form, locked; another worker takes others."""
    return [row["listing_id"] for row in await tx.driver.fetch(_UNWRITTEN, FORM, limit)]


async def forget_past_maintenances(tx: Transaction, listing_ids: Collection[UUID], before: datetime) -> None:
    await tx.driver.execute(
        f"DELETE FROM {tables.maintenance.name} WHERE listing_id = ANY ($1) AND (state->>'ends_at')::timestamptz < $2",
        [str(listing_id) for listing_id in listing_ids],
        before,
    )


def _ranges(spans: Iterable[Span]) -> str:
    """As `tstzmultirange` reads it. What holds for ever has no lower end."""
    told = (
        f"[{'' if start == EVER else start.isoformat()},{'' if end is None else end.isoformat()})"
        for start, end in spans
    )
    return f"{{{','.join(told)}}}"
