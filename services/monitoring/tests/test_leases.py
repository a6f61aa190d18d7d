"""Two workers never look at the same target, and a lost one's targets are taken over."""

import asyncio
from datetime import UTC, datetime, timedelta

from services.monitoring import leases
from services.monitoring.tests.builders import a_listing, a_standing, a_subscription
from shared.contracts.catalog import ListingLifecycle
from shared.contracts.orders import SubscriptionStatus
from shared.ids import new_id

ALL = {"most": 100, "interval_ms": 10_000, "timeout_ms": 1_000}


async def renew(db, name, *, lease_ms=60_000, **more):
    async with db.transaction() as tx:
        return {target.listing_id for target in await leases.renew(tx, name, lease_ms=lease_ms, **(ALL | more))}


async def some_listings(react, count):
    listings = [a_listing(listing_id=new_id()) for _ in range(count)]
    await react(*listings)
    return {listing.listing_id for listing in listings}


async def test_two_that_claim_at_the_same_moment_share_without_overlap(react, db):
    listings = await some_listings(react, 40)
    one, two = await asyncio.gather(renew(db, "one", most=25), renew(db, "two", most=25))
    assert one.isdisjoint(two)
    one, two = await renew(db, "one", most=25), await renew(db, "two", most=25)
    assert one | two == listings


async def test_what_is_held_is_kept_and_nobody_else_gets_it(react, db):
    listings = await some_listings(react, 3)
    assert await renew(db, "one") == listings
    assert await renew(db, "two") == set()
    assert await renew(db, "one") == listings


async def test_the_targets_of_a_lost_prober_are_taken_over(react, db):
    listings = await some_listings(react, 3)
    assert await renew(db, "one", lease_ms=1) == listings
    await asyncio.sleep(0.05)
    assert await renew(db, "two") == listings
    assert await renew(db, "one") == set()


async def test_one_that_stops_gives_its_targets_back_at_once(react, db):
    listings = await some_listings(react, 3)
    await renew(db, "one")
    async with db.transaction() as tx:
        await leases.give_back(tx, "one")
    assert await renew(db, "two") == listings


async def test_no_more_is_taken_than_can_be_carried(react, db):
    await some_listings(react, 10)
    assert len(await renew(db, "one", most=4)) == 4
    assert len(await renew(db, "one", most=4)) == 4


async def test_a_retired_listing_is_looked_at_while_somebody_is_entitled(react, db):
    listing = a_listing(listing_id=new_id(), lifecycle=ListingLifecycle.RETIRED)
    await react(listing)
    assert await renew(db, "one") == set()
    now = datetime.now(UTC)
    await react(a_subscription("m", listing_id=listing.listing_id, starts_at=now, ends_at=now + timedelta(days=1)))
    assert await renew(db, "one") == {listing.listing_id}


async def test_a_retired_listing_of_a_leaving_provider_is_looked_at_for_30_more_days(react, db):
    listing = a_listing(listing_id=new_id(), lifecycle=ListingLifecycle.RETIRED)
    now = datetime.now(UTC)

    async def ended(days, status=SubscriptionStatus.EXPIRED):
        at = now - timedelta(days=days)
        ran = {"starts_at": at - timedelta(days=9), "ends_at": at, "status": status}
        await react(a_subscription(f"m-{days}", listing_id=listing.listing_id, **ran))
        return await renew(db, "one")

    async def leaving(sequence, **since):
        await react(a_standing(listing.provider_id, **since), sequence=sequence)
        return await renew(db, "one")

    await react(listing)
    assert await ended(29) == set()
    # It had ended when the provider asked to leave; then it was still running; then the request was withdrawn.
    assert await leaving(1, serves_out_since=now - timedelta(days=29)) == set()
    assert await leaving(2, serves_out_since=now - timedelta(days=60)) == {listing.listing_id}
    assert await leaving(3) == set()
    assert await leaving(4, serves_out_since=now - timedelta(days=60)) == {listing.listing_id}
    async with db.transaction() as tx:
        await tx.driver.execute("DELETE FROM subscription")
    assert await ended(30) == await ended(1, SubscriptionStatus.TERMINATED) == set()


async def test_a_target_of_a_new_setting_keeps_the_pace_it_was_taken_with(react, db):
    await some_listings(react, 1)
    await renew(db, "one", interval_ms=500)
    async with db.transaction() as tx:
        assert await tx.driver.fetchval("SELECT interval_ms FROM target") == 500
