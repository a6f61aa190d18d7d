"""A generated market of 100 000 listings for `search`: what its texts are made of, and what is asked of it.

Texts draw 150 words each from 20 000, half of them Chinese words that the segmenter knows and half Latin ones, by
Zipf's law: the word of rank r comes up in proportion to 1/r, so some words stand in nearly every text and most in a
few. A name has two to four words of the same kind of draw. One listing in fifty is hidden.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any
from uuid import UUID

import asyncpg
import rjieba

from services.catalog.domain.offer import FORM
from services.catalog.domain.search import lexemes
from services.catalog.domain.storefront import filter_lexemes
from shared.contracts.catalog import ListingKind
from shared.ids import new_id

LISTINGS = 100_000
WORDS, DRAWN = 20_000, 150
CATEGORIES = [f"category-{number}" for number in range(30)]
PRICES = (0, 990, 2_900, 4_900, 9_900, 19_900, 29_900, 59_900, 99_900, 199_900)
_COMMON_CHARACTERS = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经"
    "么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三"
    "又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先"
    "海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许"
)
_START = datetime(2024, 1, 1, tzinfo=UTC)
_COPIED = (
    "listing_id", "provider_id", "form", "kind", "category", "least_price_fen", "has_trial", "first_published_at",
    "published_at", "rating", "rating_count", "availability", "name", "provider_name", "item", "page", "lexemes",
    "blocked",
)  # fmt: skip
_STAGE = """
CREATE UNLOGGED TABLE staged (listing_id uuid, provider_id uuid, form int2, kind text, category text,
    least_price_fen bigint, has_trial bool, first_published_at timestamptz, published_at timestamptz, rating float8,
    rating_count int, availability float8, name text, provider_name text, item text, page text, lexemes text[],
    blocked bool)
"""
_FILL = """
INSERT INTO offer (listing_id, provider_id, form, kind, category, least_price_fen, has_trial, first_published_at,
    published_at, rating, rating_count, availability, name, provider_name, item, page, hidden, unorderable, unrenewable,
    words)
SELECT listing_id, provider_id, form, kind, category, least_price_fen, has_trial, first_published_at, published_at,
    rating, rating_count, availability, name, provider_name, item, page,
    CASE WHEN blocked THEN '{[2024-01-01,)}' ELSE '{}' END::tstzmultirange, '{}', '{}', array_to_tsvector(lexemes)
FROM staged
"""
_CATEGORIES = """
INSERT INTO category (code, parent, title_zh, title_en, core_functions, requires_qualification, special,
    takes_listings, position)
SELECT code, '', code, code, '', false, false, true, 0 FROM unnest($1::text[]) AS code
"""


class Market:
    """`held` counts in how many texts each word stands."""

    def __init__(self) -> None:
        self.rng = random.Random(5)
        self.words = self._vocabulary()
        self._weights = list(accumulate(1 / rank for rank in range(1, WORDS + 1)))
        self.held: dict[str, int] = dict.fromkeys(self.words, 0)
        self.names: list[str] = []

    def _vocabulary(self) -> list[str]:
        characters = sorted(set(_COMMON_CHARACTERS))
        pairs = [one + two for one in characters for two in characters if rjieba.has_word(one + two)]
        chinese = [pair for pair in pairs if rjieba.cut(pair) == [pair]]
        syllables = [a + b for a in "bcdfghklmnprstv" for b in "aeiou"]
        latin = {"".join(self.rng.choices(syllables, k=self.rng.randint(2, 4))) for _ in range(WORDS * 2)}
        words = self.rng.sample(chinese, min(len(chinese), WORDS // 2))
        words += self.rng.sample(sorted(latin), WORDS - len(words))
        self.rng.shuffle(words)
        return words

    def draw(self, count: int) -> list[str]:
        return self.rng.choices(self.words, cum_weights=self._weights, k=count)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(LISTINGS):
            at = _START + timedelta(minutes=7 * number)
            words, name = set(self.draw(DRAWN)), " ".join(self.draw(self.rng.randint(2, 4)))
            for word in words:
                self.held[word] += 1
            self.names.append(name)
            yield self._row(new_id(), at, name, words)

    def _row(self, listing_id: UUID, at: datetime, name: str, words: set[str]) -> tuple[Any, ...]:
        rng, category = self.rng, self.rng.choice(CATEGORIES)
        kind, price, trial = rng.choice(("application", "service")), rng.choice(PRICES), rng.random() < 0.3
        lead = list(words)[:12]
        found = lexemes(name, (), "", filter_lexemes(category, ListingKind(kind), trial, price))
        found += [f"l{word}" for word in lead] + [f"w{word}" for word in words]
        item = json.dumps({"listing_id": str(listing_id), "name": name, "summary": " ".join(lead),
                           "plans": [{"plan_id": "month", "price_fen": price}]}, ensure_ascii=False)[1:-1]  # fmt: skip
        page = item + ',"details":' + json.dumps(" ".join(words) * 3, ensure_ascii=False)
        return (
            listing_id, listing_id, FORM, kind, category, price, trial, at, at, rng.choice((0.0, 3.5, 4.2, 4.8)), 9,
            rng.choice((-1.0, 0.95, 0.999)), name, "Example Ltd", item, page, sorted(set(found)), rng.random() < 0.02,
        )  # fmt: skip

    def held_by(self, share: float) -> str:
        """The word that stands in the share of the texts that comes nearest to this one."""
        return min(self.words, key=lambda word: abs(self.held[word] / LISTINGS - share))

    def questions(self) -> dict[str, list[dict[str, str]]]:
        """By the kind of question, some of each; nobody asks only for what is easy."""
        rng = self.rng
        rare = [word for word in self.words if 3 <= self.held[word] <= 120]
        usual = [self.held_by(share / 100) for share in range(2, 12)]
        latin = [word for word in self.words[:4_000] if word.isascii() and len(word) >= 6]
        long_names = [name for name in self.names if name.isascii() and len(name) >= 12]
        return {
            "common word": [{"q": self.held_by(share / 100)} for share in (25, 28, 30, 32, 35)],
            "rare word": [{"q": word} for word in rng.sample(rare, 40)],
            "two words": [{"q": " ".join(rng.sample(usual, 2))} for _ in range(40)],
            "category and price": [
                {"q": rng.choice(usual), "category": rng.choice(CATEGORIES), "price_min": "900", "price_max": "20000"}
                for _ in range(40)
            ],
            "prefix": [{"q": word[:4]} for word in rng.sample(latin, 40)],
            "one slip": [{"q": _slipped(name, rng)} for name in rng.sample(long_names, 40)],
        }


def _slipped(name: str, rng: random.Random) -> str:
    """The name with one letter of its longest word replaced."""
    word = max(name.split(), key=len)
    at = rng.randrange(1, len(word))
    return name.replace(word, f"{word[:at]}x{word[at + 1 :]}", 1)


async def fill(url: str, market: Market) -> None:
    driver = await asyncpg.connect(url)
    try:
        await driver.execute(_STAGE)
        await driver.copy_records_to_table("staged", columns=_COPIED, records=market.rows())
        await driver.execute(_CATEGORIES, CATEGORIES)
        await driver.execute("DROP INDEX ix_offer_words")
        await driver.execute(_FILL, timeout=600)
        await driver.execute("CREATE INDEX ix_offer_words ON offer USING gin (words) WITH (fastupdate = off)")
        await driver.execute("DROP TABLE staged")
        await driver.execute("VACUUM ANALYZE")
    finally:
        await driver.close()
