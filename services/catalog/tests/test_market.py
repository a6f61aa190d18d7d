"""What the storefront shows: found, paged, and hidden the moment a cause begins."""

import random
from datetime import timedelta

import pytest

from services.catalog.domain.storefront import Filters, Position, Sort
from services.catalog.queries import market, pages
from services.catalog.tests.builders import (
    a_cause,
    a_content,
    a_draft,
    a_live,
    a_market,
    a_submitted,
    an_applicant,
    restrict,
    tell_standing,
)
from services.catalog.use_cases import listings
from shared.contracts.catalog import ListingKind
from shared.contracts.effects import Effect, Target
from shared.errors import Invalid, NotFound

_CHARACTERS = "山水云风雨雪春夏秋冬东西南北红黄蓝绿青天地日月星河江海湖林木花草鸟鱼虫兽金石土火"


async def names(db, words="", category="", limit=100, sort=Sort.RELEVANCE, **more):
    async with db.transaction() as tx:
        within = await market.categories_below(tx, category) if category else None
        rows = await market.search(tx, Filters(words, within, **more), sort, None, limit)
        return [row["name"] for row in rows]


async def a_live_service(db, name, **values):
    """Services are not limited in number; each tells of itself in words of its own."""
    drawn = random.Random(name).choices(_CHARACTERS, k=60)
    details = f"功能介绍：{''.join(drawn)}。\n使用说明：授权后使用。"
    content = a_content(**{"name": name, "summary": f"{name}。", "details": details, **values})
    return await a_live(db, content=content, kind=ListingKind.SERVICE)


async def test_only_what_was_approved_is_on_the_market(db):
    await a_market(db)
    await a_draft(db)
    await a_submitted(db)
    assert await names(db) == []
    await a_live_service(db, "快打单")
    assert await names(db) == ["快打单"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("打单", ["快打单"]),
        ("快打", ["快打单"]),
        ("Printer", ["Label Printer"]),
        ("printer label", ["Label Printer"]),
        ("lab", ["Label Printer"]),
        ("无关", []),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("'; DROP TABLE listing; --", []),
        ('"unbalanced', []),
        ("!!! & | ( :*", []),
    ],
)
async def test_search_finds_words_and_parts_of_names_and_takes_everything_literally(db, words, found):
    await a_market(db)
    await a_live_service(db, "快打单")
    await a_live_service(db, "Label Printer")
    assert await names(db, words) == found


async def test_a_category_includes_what_lies_below_it(db):
    await a_market(db)
    await a_live_service(db, "甲款", category="order-processing")
    await a_live_service(db, "乙款", category="design")
    assert await names(db, category="store-management") == ["甲款"]
    assert await names(db, category="design") == ["乙款"]
    with pytest.raises(Invalid):
        await names(db, category="nowhere")


@pytest.mark.parametrize("kind", ["listing", "provider", "provider_category"])
async def test_a_restriction_on_any_target_hides_the_listing_for_its_time(db, clock, kind):
    [seller] = await a_market(db)
    listing = await a_live_service(db, "快打单")
    target = {
        "listing": Target(kind="listing", id=listing.listing_id),
        "provider": Target(kind="provider", id=seller.provider_id),
        "provider_category": Target(kind="provider_category", id=seller.provider_id, category="order-processing"),
    }[kind]
    begin = clock.at + timedelta(hours=1)
    await restrict(db, target, a_cause(Effect.LIST, from_=begin, until=begin + timedelta(hours=1)))
    assert await names(db) == ["快打单"]
    clock.advance(timedelta(hours=1))
    assert await names(db) == []
    clock.advance(timedelta(hours=1))
    assert await names(db) == ["快打单"]


async def test_a_restriction_that_came_before_its_listing_counts(db, clock):
    [seller] = await a_market(db)
    await restrict(db, Target(kind="provider", id=seller.provider_id), a_cause(Effect.LIST, from_=clock.at))
    await a_live_service(db, "快打单")
    assert await names(db) == []


async def test_lifting_one_of_two_restrictions_shows_nothing_yet(db, clock):
    [seller] = await a_market(db)
    listing = await a_live_service(db, "快打单")
    on_listing = Target(kind="listing", id=listing.listing_id)
    await restrict(db, on_listing, a_cause(Effect.LIST, from_=clock.at))
    await restrict(db, Target(kind="provider", id=seller.provider_id), a_cause(Effect.LIST, from_=clock.at))
    await restrict(db, on_listing, sequence=2)
    assert await names(db) == []


async def test_a_provider_that_is_not_admitted_any_more_disappears(db):
    [seller] = await a_market(db)
    await a_live_service(db, "快打单")
    await tell_standing(
        db,
        an_applicant(
            provider_id=seller.provider_id,
        ),
        sequence=2,
    )
    assert await names(db) == []


async def test_pages_stay_full_and_nothing_hidden_leaves_a_gap(db, clock):
    await a_market(db)
    shown = []
    for number in range(9):
        clock.advance(timedelta(seconds=1))
        listing = await a_live_service(db, f"第{number}款")
        if number % 3:
            shown.append(f"第{number}款")
        else:
            target = Target(kind="listing", id=listing.listing_id)
            await restrict(db, target, a_cause(Effect.LIST, from_=clock.at))
    seen, after = [], None
    while True:
        async with db.transaction() as tx:
            page = await market.search(tx, Filters(), Sort.NEWEST, after, 2)
        seen += [row["name"] for row in page]
        if len(page) < 2:
            break
        after = Position(page[-1]["tier"], page[-1]["key"], page[-1]["listing_id"])
    assert seen == shown[::-1]


async def test_a_hidden_page_opens_by_direct_link_while_it_can_be_ordered(db, clock):
    await a_market(db)
    listing = await a_live_service(db, "快打单")
    target = Target(kind="listing", id=listing.listing_id)
    await restrict(db, target, a_cause(Effect.LIST, from_=clock.at))
    assert (await pages.page(db, listing.listing_id))["orderable"]
    await restrict(db, target, a_cause(Effect.LIST, Effect.ORDER, from_=clock.at), sequence=2)
    with pytest.raises(NotFound):
        await pages.page(db, listing.listing_id)


async def test_a_draft_has_no_page(db):
    await a_market(db)
    listing = await a_draft(db)
    with pytest.raises(NotFound):
        await pages.page(db, listing.listing_id)


async def test_a_successor_in_review_does_not_show_through(db):
    await a_market(db)
    listing = await a_live_service(db, "旧名称")
    async with db.transaction() as tx:
        await listings.write_draft(
            tx, listing.listing_id, "shop", listing.version, listing.kind, a_content(name="全新款式")
        )
    assert await names(db, "全新款式") == []
    assert await names(db) == ["旧名称"]
