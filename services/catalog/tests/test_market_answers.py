"""What the storefront answers: filters, orders, facets, suggestions, pages, and what is wrong with a question."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from services.catalog.domain.lexemes import Lexeme, Shares
from services.catalog.domain.storefront import Filters, Position, Sort
from services.catalog.queries import market
from services.catalog.queries.finding import Asked, Finder
from services.catalog.reactions.availability_measured import keep_availability
from services.catalog.reactions.maintenance_announced import keep_maintenance
from services.catalog.reactions.rating_changed import keep_rating
from services.catalog.schemas.market import OfferItem, OfferPage
from services.catalog.tests.asking import problem
from services.catalog.tests.builders import MONTHLY, NOW, a_cause, a_market, restrict
from services.catalog.tests.shelf import on_sale, tell
from shared.contracts.effects import Effect, Target
from shared.contracts.monitoring import AvailabilityMeasured, MaintenanceAnnounced
from shared.contracts.orders import RatingChanged
from shared.ids import new_id

TRIAL = MONTHLY.model_copy(update={"price_fen": 0, "trial_days": 7})
DEAR = MONTHLY.model_copy(update={"price_fen": 200_000})


def rated(listing, rating, clock, count=3):
    return RatingChanged(listing_id=listing.listing_id, rating=rating, count=count, changed_at=clock.at)


def measured(listing, share, clock):
    return AvailabilityMeasured(
        listing_id=listing.listing_id, provider_id=listing.provider_id, from_=clock.at - timedelta(days=7),
        until=clock.at, availability=share, measured_at=clock.at,
    )  # fmt: skip


def announced(listing, clock, starts_in, cancelled_at=None):
    starts = clock.at + timedelta(hours=starts_in)
    return MaintenanceAnnounced(
        maintenance_id=new_id(), listing_id=listing.listing_id, provider_id=listing.provider_id, announced_at=clock.at,
        starts_at=starts, ends_at=starts + timedelta(hours=1), reason="升级", cancelled_at=cancelled_at,
    )  # fmt: skip


@pytest.fixture
async def shelf(db, clock, as_):
    """Four listings, the oldest first: a tool, a tool with a trial, a dear design, a printer of labels."""
    [seller] = await a_market(db)
    listings = []
    written: dict[str, dict[str, Any]] = {
        "打单工具": {"summary": "订单"},
        "打单助手": {"plans": (TRIAL, MONTHLY)},
        "设计大师": {"category": "design", "plans": (DEAR,), "details": "<p>打单</p>"},
        "Label Printer": {"functions": ("print labels",)},
    }
    for name, values in written.items():
        clock.advance(timedelta(minutes=1))
        listings.append(await on_sale(db, seller, name, **values))
    await tell(db, keep_rating, rated(listings[0], 4.6, clock), rated(listings[2], 3.2, clock))
    await tell(db, keep_availability, measured(listings[1], 0.999, clock), measured(listings[2], None, clock))
    return listings


async def found(client, path):
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("", ["Label Printer", "设计大师", "打单助手", "打单工具"]),
        ("q=打单", ["打单助手", "打单工具", "设计大师"]),
        ("q=打单工具", ["打单工具"]),
        ("q=打单&sort=newest", ["设计大师", "打单助手", "打单工具"]),
        ("q=labels", ["Label Printer"]),
        ("q=lable+printer", ["Label Printer"]),
        ("q=labl+printer", ["Label Printer"]),
        ("sort=rating", ["打单工具", "设计大师", "Label Printer", "打单助手"]),
        ("sort=availability", ["打单助手", "Label Printer", "设计大师", "打单工具"]),
        ("category=store-management", ["Label Printer", "打单助手", "打单工具"]),
        ("category=design", ["设计大师"]),
        ("kind=application", []),
        ("price_max=0", ["打单助手"]),
        ("price_min=1&price_max=9900", ["Label Printer", "打单工具"]),
        ("trial=true", ["打单助手"]),
        ("trial=false&q=打单", ["打单工具", "设计大师"]),
        ("rating_min=4", ["打单工具"]),
        ("availability_min=0.9", ["打单助手"]),
        ("q=打单&category=design&price_min=100000&rating_min=3", ["设计大师"]),
    ],
)
async def test_words_filters_and_orders_work_together(shelf, as_, question, names):
    assert await found(await as_(""), f"/v1/market?{question}") == names


@pytest.mark.parametrize("question", ["", "q=打单&", "sort=rating&", "sort=availability&", "q=打单&sort=rating&"])
async def test_pages_of_any_order_join_without_gap_or_overlap(shelf, as_, question):
    nobody = await as_("")
    whole = await found(nobody, f"/v1/market?{question}")
    seen, cursor = [], ""
    while cursor is not None:
        page = (await nobody.get(f"/v1/market?{question}limit=1&cursor={cursor}")).json()
        seen += [item["name"] for item in page["items"]]
        cursor = page["next"]
    assert seen == whole


async def test_both_ways_through_the_offers_find_the_same(shelf, db):
    """Where everything is common, everything is walked; the window then is wide enough for all of it."""
    typed, sorts = ["", "打单", "print", "设计大师"], [Sort.RELEVANCE, Sort.NEWEST, Sort.RATING, Sort.AVAILABILITY]
    common = Shares({f"{kind}{word}": 1.0 for kind in "nlwg" for word in ("打单", "打", "单", "print", "设计", "大师")})
    async with db.transaction() as tx:
        for words in typed:
            for sort in sorts:
                tiers, _ = market._tiers(Filters(words), sort)
                answers = []
                for shares in (Shares(), common):
                    finder = Finder(tx, Filters(words), sort, shares)
                    whole = await market._fill(finder, tiers, None, 10)
                    answers.append([row["listing_id"] for row in whole])
                    for one, two in pairwise(whole):
                        after = Position(one["tier"], one["key"], one["listing_id"])
                        [following] = await market._fill(finder, tiers, after, 1)
                        assert following["listing_id"] == two["listing_id"]
                assert answers[0] == answers[1]


@pytest.mark.parametrize("by_index", [True, False])
def test_beside_a_common_word_an_index_may_answer_for_a_filter_that_little_passes(by_index):
    filters = Filters("打单", rating_min=4.9)
    for share, is_used in ((0.3, True), (0.0, not by_index)):
        asked = Asked(filters, NOW, Shares({"w打单": share}))
        assert ("rating >= " in asked.conditions(Lexeme("w打单"), by_index=by_index)) is is_used


async def test_facets_count_what_the_search_finds(shelf, as_):
    nobody = await as_("")
    all_of_it = (await nobody.get("/v1/market/facets")).json()
    assert (all_of_it["counted"], all_of_it["complete"], all_of_it["trial"]) == (4, True, 1)
    assert all_of_it["categories"] == [{"value": "order-processing", "count": 3}, {"value": "design", "count": 1}]
    assert all_of_it["prices"] == [
        {"from": 0, "until": 1, "count": 1},
        {"from": 5000, "until": 10000, "count": 2},
        {"from": 100000, "until": None, "count": 1},
    ]
    assert all_of_it["ratings"] == [
        {"from": None, "until": None, "count": 2},
        {"from": 3, "until": 4, "count": 1},
        {"from": 4.5, "until": None, "count": 1},
    ]
    assert [band["count"] for band in all_of_it["availabilities"]] == [3, 1]
    assert (await nobody.get("/v1/market/facets?q=打单&category=design")).json()["counted"] == 1
    assert (await nobody.get("/v1/market/facets?q=!!!")).json()["counted"] == 0


async def test_suggestions_are_names_that_go_on_as_what_is_typed(shelf, as_):
    nobody = await as_("")
    assert await found(nobody, "/v1/market/suggestions?q=打") == ["打单助手", "打单工具"]
    assert await found(nobody, "/v1/market/suggestions?q=label pri") == ["Label Printer"]
    assert await found(nobody, "/v1/market/suggestions?q=labelz") == ["Label Printer"]
    assert await found(nobody, "/v1/market/suggestions?q=") == []


@pytest.mark.parametrize(
    ("question", "pointer"),
    [
        ("category=nowhere", "/category"),
        ("category=No Slug", "/category"),
        ("kind=both", "/kind"),
        ("sort=price", "/sort"),
        ("price_min=-1", "/price_min"),
        ("price_min=10&price_max=9", "/price_max"),
        ("price_max=1.5", "/price_max"),
        ("rating_min=nan", "/rating_min"),
        ("rating_min=6", "/rating_min"),
        ("availability_min=2", "/availability_min"),
        ("trial=perhaps", "/trial"),
        ("limit=0", "/limit"),
        ("limit=101", "/limit"),
        ("cursor=abc", "/cursor"),
        (f"q={'x' * 101}", "/q"),
    ],
)
async def test_a_question_that_is_wrong_names_its_part(shelf, as_, question, pointer):
    answer = await (await as_("")).get(f"/v1/market?{question}")
    assert problem(answer) == (422, "invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_cursor_is_of_its_question_only(shelf, as_):
    nobody = await as_("")
    cursor = (await nobody.get("/v1/market?limit=1")).json()["next"]
    assert (await nobody.get(f"/v1/market?limit=3&cursor={cursor}")).status_code == 200
    for question in ("q=打单", "sort=rating", "trial=false"):
        answer = await nobody.get(f"/v1/market?{question}&cursor={cursor}")
        assert (problem(answer), answer.json()["errors"][0]["pointer"]) == ((422, "invalid"), "/cursor")


async def test_a_page_shows_all_that_is_kept_and_measured(shelf, as_, db, clock):
    _, helper, design, printer = shelf
    nobody = await as_("")
    page = (await nobody.get(f"/v1/market/{helper.listing_id}")).json()
    OfferPage.model_validate(page)
    assert (page["availability"], page["badge"]["availability"], page["rating"]) == (0.999, 0.999, None)
    unmeasured = (await nobody.get(f"/v1/market/{design.listing_id}")).json()
    assert (unmeasured["badge"], unmeasured["rating"], unmeasured["rating_count"]) == (None, 3.2, 3)
    assert unmeasured["details"] == "<p>打单</p>"
    for item in (await nobody.get("/v1/market")).json()["items"]:
        OfferItem.model_validate(item)
    later, next_, past = announced(printer, clock, 5), announced(printer, clock, 2), announced(printer, clock, -3)
    cancelled = announced(printer, clock, 3, cancelled_at=clock.at)
    await tell(db, keep_maintenance, later, next_, past, cancelled)
    page = (await nobody.get(f"/v1/market/{printer.listing_id}")).json()
    assert [each["maintenance_id"] for each in page["maintenances"]] == [
        str(next_.maintenance_id), str(later.maintenance_id),
    ]  # fmt: skip
    clock.advance(timedelta(hours=4))
    page = (await nobody.get(f"/v1/market/{printer.listing_id}")).json()
    assert [each["maintenance_id"] for each in page["maintenances"]] == [str(later.maintenance_id)]


async def test_what_is_measured_of_a_listing_outlives_its_versions(shelf, db, clock, as_):
    """A fact may come before the listing is on the market, and an older one changes nothing."""
    [seller] = await a_market(db)
    tool = shelf[0]
    await tell(db, keep_rating, rated(tool, 1.0, clock), sequence=1)
    nobody = await as_("")
    assert (await nobody.get(f"/v1/market/{tool.listing_id}")).json()["rating"] == 4.6
    early = new_id()
    await tell(db, keep_rating, RatingChanged(listing_id=early, rating=2.5, count=1, changed_at=clock.at))
    await on_sale(db, seller, "后来者", listing_id=early)
    assert (await nobody.get(f"/v1/market/{early}")).json()["rating"] == 2.5


async def test_an_explanation_says_when_the_clock_alone_changes_it(shelf, db, clock, as_):
    until = clock.at + timedelta(hours=2)
    target = Target(kind="listing", id=shelf[0].listing_id)
    await restrict(db, target, a_cause(Effect.LIST, from_=clock.at, until=until), a_cause(Effect.ORDER, from_=until))
    told = (await (await as_("")).get(f"/v1/listings/{shelf[0].listing_id}/explanation")).json()
    effects = {name: (effect["blocked"], effect["next_change"]) for name, effect in told["effects"].items()}
    at = until.isoformat().replace("+00:00", "Z")
    assert (effects["list"], effects["order"], effects["use"]) == ((True, at), (False, at), (False, None))
    assert told["waiting_version"] is None
