"""An offer is hidden at exactly those instants at which the effective state blocks it."""

import asyncio
import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.catalog import store
from services.catalog.domain.effective import Lifecycle, effective
from services.catalog.domain.listing import Listing
from services.catalog.domain.offer import blocks
from services.catalog.tests.builders import (
    NOW,
    a_cause,
    a_market,
    a_restriction,
    a_seller,
    an_applicant,
    qualified_for,
    restrict,
    some_circumstances,
    tell_standing,
)
from services.catalog.tests.shelf import on_sale
from services.catalog.use_cases.offers import restate_offer, write_offers
from shared.contracts.effects import Effect, Target
from shared.ids import new_id

SHOWN = {"hidden": Effect.LIST, "unorderable": Effect.ORDER, "unrenewable": Effect.RENEW}
HOURS = st.integers(-5, 5)
CAUSES = st.builds(
    lambda effects, begin, length: a_cause(
        *effects,
        from_=NOW + timedelta(hours=begin),
        until=None if length is None else NOW + timedelta(hours=begin + length),
    ),
    st.frozensets(st.sampled_from([*SHOWN.values(), Effect.USE]), min_size=1),
    HOURS,
    st.none() | st.integers(0, 4),
)
TARGETS = st.sampled_from([Target(kind=kind, id=new_id(), category="") for kind in ("listing", "provider")])
SELLERS = (
    st.none()
    | st.just(a_seller())
    | st.just(an_applicant())
    | st.builds(
        lambda hours: a_seller(**qualified_for("order-processing", None if hours is None else NOW + hours)),
        st.none() | HOURS.map(lambda hours: timedelta(hours=hours)),
    )
)
CIRCUMSTANCES = st.builds(
    some_circumstances,
    lifecycle=st.sampled_from(list(Lifecycle)),
    seller=SELLERS,
    restrictions=st.lists(
        st.builds(lambda target, causes: a_restriction(target, *causes), TARGETS, st.lists(CAUSES, max_size=3)),
        max_size=3,
    ).map(tuple),
)


@given(CIRCUMSTANCES, st.integers(-12, 24))
def test_what_is_written_is_what_the_effective_state_says_at_any_instant(around, half_hours):
    at = NOW + timedelta(hours=half_hours / 2)
    written = blocks(around)
    for name, effect in SHOWN.items():
        spans = getattr(written, name)
        assert any(start <= at and (end is None or at < end) for start, end in spans) is bool(
            effective(around, at)[effect]
        )


async def rows(db):
    async with db.transaction() as tx:
        return [str(row[0]) for row in await tx.driver.fetch("SELECT o::text FROM offer o ORDER BY listing_id")]


async def assert_written_as_effective(db, listings, now):
    async with db.transaction() as tx:
        for listing in listings:
            around = await store.circumstances(tx, await tx.session.get(Listing, listing.listing_id), listing.category)
            for hours in range(-6, 7):
                at = now + timedelta(hours=hours, minutes=1)
                row = await tx.driver.fetchrow(
                    "SELECT hidden @> $2::timestamptz AS hidden, unorderable @> $2 AS unorderable,"
                    " unrenewable @> $2 AS unrenewable FROM offer WHERE listing_id = $1",
                    listing.listing_id,
                    at,
                )
                told = effective(around, at)
                assert dict(row) == {name: bool(told[effect]) for name, effect in SHOWN.items()}


async def test_every_word_of_enforcement_and_the_registry_reaches_the_offers_and_its_taking_back_leaves_no_trace(
    db, clock
):
    rng = random.Random(7)
    sellers = await a_market(db, a_seller(), a_seller(account_id="other"))
    listings = [await on_sale(db, seller, f"第{n}款") for n, seller in enumerate(sellers * 2)]
    before = await rows(db)
    targets = [Target(kind="listing", id=listings[0].listing_id)]
    targets += [Target(kind="provider", id=seller.provider_id) for seller in sellers]
    targets += [Target(kind="provider_category", id=sellers[0].provider_id, category="order-processing")]
    for step in range(2, 10):
        begin = clock.at + timedelta(hours=rng.randint(-3, 3))
        causes = [
            a_cause(
                *rng.sample(list(SHOWN.values()), 2), from_=begin, until=begin + timedelta(hours=2) if number else None
            )
            for number in range(rng.randint(0, 2))
        ]
        await restrict(db, rng.choice(targets), *causes, sequence=step)
        await assert_written_as_effective(db, listings, clock.at)
    await tell_standing(db, an_applicant(provider_id=sellers[0].provider_id), sequence=2)
    await assert_written_as_effective(db, listings, clock.at)
    for target in targets:
        await restrict(db, target, sequence=20)
    await tell_standing(db, sellers[0], sequence=3)
    assert await rows(db) == before


async def test_a_provider_that_is_called_otherwise_is_shown_so(db):
    [seller] = await a_market(db)
    await on_sale(db, seller, "快打单")
    await tell_standing(db, seller.model_copy(update={"legal_name": "新名称有限公司"}), sequence=2)
    async with db.transaction() as tx:
        assert await tx.driver.fetchval("SELECT provider_name FROM offer") == "新名称有限公司"


async def test_offers_that_are_missing_or_of_an_older_form_are_written_by_the_clock(db):
    [seller] = await a_market(db)
    for number in range(3):
        await on_sale(db, seller, f"第{number}款")
    before = await rows(db)
    async with db.transaction() as tx:
        await tx.driver.execute("DELETE FROM offer WHERE name = '第0款'")
        await tx.driver.execute("UPDATE offer SET form = 0, page = '' WHERE name = '第1款'")
    async with db.transaction() as tx:
        assert await write_offers(tx) == 2
    async with db.transaction() as tx:
        assert await write_offers(tx) == 0
    assert await rows(db) == before


async def test_a_restriction_that_comes_while_a_listing_goes_live_is_not_missed(db, clock):
    [seller] = await a_market(db)
    listing = await on_sale(db, seller, "快打单")
    target = Target(kind="provider", id=seller.provider_id)
    async with db.transaction() as tx:
        locked = await store.lock_listing(tx, listing.listing_id)
        await tx.driver.execute("DELETE FROM offer")
        await restate_offer(tx, locked, await store.live_version(tx, locked))
        restricting = asyncio.create_task(restrict(db, target, a_cause(Effect.LIST, from_=clock.at)))
        _, waiting = await asyncio.wait([restricting], timeout=0.3)
        assert waiting
    await restricting
    await assert_written_as_effective(db, [listing], clock.at)
