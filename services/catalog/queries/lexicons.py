"""What staff sees of lexicons: their words, and what a change of them would find; never used to decide."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from services.catalog import store, tables
from services.catalog.domain.content import Content
from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.listing import Listing
from services.catalog.domain.screening.lexicon import Change, Entry, Lexicon, changed
from services.catalog.domain.screening.matching import Matcher
from services.catalog.domain.screening.text import Normalised, normalise, normalise_html
from services.catalog.domain.version import ListingVersion
from shared.db.transaction import Transaction

LOOKED_AT_MOST = 2_000
_BATCH = 200
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Sighting:
    """A word that a change would newly find in a live listing, at `start:end` of the field as it is kept."""

    listing_id: UUID
    name: str
    word: str
    field: str
    start: int
    end: int
    matched: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would newly find in live listings. `is_complete`: all of them were looked at."""

    looked_at: int
    is_complete: bool
    listings: int
    words: int
    sample: tuple[Sighting, ...]


def entries_after(lexicon: Lexicon, after: str | None, limit: int) -> Sequence[Entry]:
    """In the order of their code points, which no change of other words shifts."""
    return sorted((e for e in lexicon.entries if after is None or e.word > after), key=lambda e: e.word)[:limit]


async def preview_change(tx: Transaction, code: str, change: Change) -> Preview:
    """Writes nothing. The newest listings are looked at, a bounded number of them."""
    old = await store.lexicon(tx, code)
    new = changed(old, change, await store.words_besides(tx, code))
    before, then = await asyncio.to_thread(lambda: (Matcher([old]), Matcher([new])))
    looked_at = listings = words = 0
    sample: list[Sighting] = []
    last: UUID | None = None
    while looked_at < LOOKED_AT_MOST and (batch := await _live_before(tx, last, _BATCH)):
        looked_at, last = looked_at + len(batch), batch[-1][0]
        for sightings in await asyncio.to_thread(_seen_in, batch, before, then):
            listings, words = listings + bool(sightings), words + len(sightings)
            sample += sightings[: max(0, _SHOWN - len(sample))]
    complete = looked_at < LOOKED_AT_MOST or not await _live_before(tx, last, 1)
    return Preview(looked_at, complete, listings, words, tuple(sample))


async def _live_before(tx: Transaction, listing_id: UUID | None, limit: int) -> Sequence[tuple[UUID, Content]]:
    columns, versions = tables.listing.c, tables.listing_version.c
    query = (
        select(ListingVersion)
        .join(Listing, (versions.listing_id == columns.listing_id) & (versions.number == columns.live_number))
        .where(columns.lifecycle == Lifecycle.LIVE)
        .order_by(columns.listing_id.desc())
        .limit(limit)
    )
    if listing_id is not None:
        query = query.where(columns.listing_id < listing_id)
    return [(version.listing_id, version.content) for version in await tx.session.scalars(query)]


def _seen_in(batch: Sequence[tuple[UUID, Content]], before: Matcher, then: Matcher) -> list[list[Sighting]]:
    return [_seen(listing_id, content, before, then) for listing_id, content in batch]


def _seen(listing_id: UUID, content: Content, before: Matcher, then: Matcher) -> list[Sighting]:
    return [
        Sighting(listing_id, content.name, word, field, start, end, text.original[start:end])
        for field, text in _texts(content)
        for word, start, end in _newly(text, before, then)
    ]


def _newly(text: Normalised, before: Matcher, then: Matcher) -> Iterator[tuple[str, int, int]]:
    known = {(hit.start, hit.end) for hit in before.find(text)}
    for hit in then.find(text):
        if (hit.start, hit.end) not in known:
            yield (hit.entry.word, *text.span(hit.start, hit.end))


def _texts(content: Content) -> Iterator[tuple[str, Normalised]]:
    for field, text in content.texts():
        yield field, normalise_html(text) if field == "details" else normalise(text)
