"""The prober on real sockets and a real database: a dying server, a vantage in trouble, two workers."""

import asyncio
import json
import time
from contextlib import asynccontextmanager

import asyncpg
import pytest

from services.monitoring.prober.task import Prober
from services.monitoring.settings import MonitoringSettings
from services.monitoring.tests.builders import LISTING, a_listing
from services.monitoring.tests.servers import a_wayward_server
from shared.clock import utc_now
from shared.db.transaction import Database
from shared.ids import new_id


@pytest.fixture
async def live(db):
    """The database under the real clock."""
    real = Database("monitoring", db.url, pool_size=4, clock=utc_now)
    yield real
    await real.close()


@pytest.fixture
async def wayward():
    async with a_wayward_server() as server:
        yield server


def settings_for(db, **changes):
    values = {
        "database_url": db.url,
        "probe_interval_ms": 300,
        "probe_timeout_ms": 200,
        "probe_confirm_after_ms": 20,
        "probe_flush_ms": 10,
        "probe_allow_networks": ["127.0.0.0/8"],
    }
    return MonitoringSettings(**(values | changes))


@asynccontextmanager
async def probing(db, **changes):
    prober = Prober(db, settings_for(db, **changes))
    task = asyncio.create_task(prober.run())
    try:
        yield prober
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def told(db):
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT type, payload FROM outbox ORDER BY position")
    return [(row["type"], json.loads(row["payload"])) for row in rows]


async def until(condition, seconds=10.0):
    """What `condition` gives, as soon as it gives something."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if found := await condition():
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen in time")


def state_of(db, listing_id=LISTING):
    async def states():
        async with db.transaction() as tx:
            return await tx.driver.fetchval("SELECT state FROM target WHERE listing_id = $1", listing_id)

    return states


def becomes(db, state, listing_id=LISTING):
    async def check():
        return await state_of(db, listing_id)() == state

    return check


async def test_a_server_that_dies_and_comes_back(live, react):
    async with a_wayward_server() as server:
        await react(a_listing(callback_url=server.base + "/"))
        async with probing(live):
            await until(becomes(live, "up"))
            server.status = 503
            died = time.time()
            await until(becomes(live, "down"))
            assert time.time() - died < 2
            server.status = 200
            await until(becomes(live, "up"))
    facts = await told(live)
    assert [name for name, _ in facts] == ["probe.failed", "outage.opened", "probe.recovered", "outage.closed"]
    assert sorted(facts[0][1]["vantages"]) == ["north", "south"]
    assert facts[3][1]["started_at"] == facts[0][1]["failed_at"]
    assert facts[3][1]["ended_at"] == facts[2][1]["recovered_at"]
    async with live.transaction() as tx:
        kept = await tx.driver.fetchval("SELECT document FROM evidence WHERE hash = $1", facts[0][1]["evidence_hash"])
    assert json.loads(kept)["status"] == 503


async def test_a_failure_from_one_vantage_only_is_no_outage(live, react, wayward):
    await react(a_listing(callback_url=wayward.base + "/"))
    async with probing(live):
        await until(becomes(live, "up"))
        wayward.refuses = "(north)"
        asked = wayward.asked["/"]

        async def went_on():
            return wayward.asked["/"] > asked + 3

        await until(went_on)
        assert await state_of(live)() == "up"
    assert await told(live) == []


async def test_when_all_fail_at_once_the_fault_is_ours_and_nobody_is_punished(live, react):
    listings = [new_id() for _ in range(8)]
    async with a_wayward_server() as server:
        await react(*[a_listing(listing_id=each, callback_url=server.base + "/") for each in listings])
        async with probing(live):
            for listing_id in listings:
                await until(becomes(live, "up", listing_id))
            server.status = 503  # as it looks to a prober whose own way out is broken
            for listing_id in listings:
                await until(becomes(live, "unknown", listing_id))
            server.status = 200
            for listing_id in listings:
                await until(becomes(live, "up", listing_id))
    assert await told(live) == []


async def test_one_of_many_that_fails_is_an_outage(live, react, wayward):
    listings = [new_id() for _ in range(8)]
    async with a_wayward_server() as other:
        await react(*[a_listing(listing_id=each, callback_url=wayward.base + "/") for each in listings])
        await react(a_listing(callback_url=other.base + "/"))
        async with probing(live):
            for listing_id in [*listings, LISTING]:
                await until(becomes(live, "up", listing_id))
            other.status = 503
            await until(becomes(live, "down"))
    assert [name for name, _ in await told(live)] == ["probe.failed", "outage.opened"]


async def test_bad_servers_do_not_hold_up_the_others(live, react, wayward):
    paths = ["/hang", "/drip", "/stream", "/redirect", "/bomb", "/garbage"] * 3 + ["/answer"] * 20
    await react(*[a_listing(listing_id=new_id(), callback_url=wayward.base + path) for path in paths])
    await react(a_listing(callback_url=wayward.base + "/"))
    async with probing(live, probe_interval_ms=500):
        await asyncio.sleep(3)
        begun = wayward.asked["/"]
        await asyncio.sleep(3)
        assert wayward.asked["/"] - begun >= 5
        down = {"/hang", "/drip", "/redirect", "/garbage"}
        wanted = {path: "down" if path in down else "up" for path in {*paths, "/"}}

        async def as_wanted():
            async with live.transaction() as tx:
                rows = await tx.driver.fetch("SELECT substring(url from '/[a-z]*$') AS path, state FROM target")
            return {row["path"]: row["state"] for row in rows} == wanted

        await until(as_wanted)


async def test_a_server_that_hangs_is_down_without_gaps(live, react, wayward):
    await react(a_listing(callback_url=wayward.base + "/hang"))
    async with probing(live, probe_timeout_ms=60_000):
        await until(becomes(live, "down"))
        await asyncio.sleep(2)
    async with live.transaction() as tx:
        row = await tx.driver.fetchrow("SELECT state, since_ms, held_until_ms, timeout_ms FROM target")
    assert row["timeout_ms"] == 150
    assert row["state"] == "down"
    assert row["held_until_ms"] - row["since_ms"] > 2_000


async def test_a_target_inside_is_reported_and_not_counted(live, react):
    await react(a_listing(callback_url="http://10.0.0.1/"))

    async def problem():
        async with live.transaction() as tx:
            return await tx.driver.fetchval("SELECT problem FROM target")

    async with probing(live):
        assert (await until(problem)).startswith("unmonitorable")
        assert await state_of(live)() == "unknown"
    assert await told(live) == []


async def test_two_workers_never_look_twice_and_one_takes_over_from_the_other(live, react, wayward):
    await react(a_listing(callback_url=wayward.base + "/"))
    async with probing(live, probe_interval_ms=500):
        await until(becomes(live, "up"))
        async with probing(live, probe_interval_ms=500):
            begun = wayward.asked["/"]
            await asyncio.sleep(3)
            assert 5 <= wayward.asked["/"] - begun <= 7
            async with live.transaction() as tx:  # as if the first had died
                await tx.driver.execute("UPDATE prober SET alive_until = now() - interval '1 second'")
                await tx.driver.execute("UPDATE target SET leased_by = 'dead'")

            async def taken():
                async with live.transaction() as tx:
                    return await tx.driver.fetchval("SELECT leased_by <> 'dead' FROM target")

            await until(taken, 2)


async def test_stopping_gives_the_targets_back(live, react, wayward):
    await react(a_listing(callback_url=wayward.base + "/"))
    async with probing(live):
        await until(becomes(live, "up"))
    async with live.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM prober") == 0


async def test_the_prober_outlives_its_database_connections(live, react, wayward):
    await react(a_listing(callback_url=wayward.base + "/"))
    watch = await asyncpg.connect(live.url)

    async def is_down():
        return await watch.fetchval("SELECT state FROM target") == "down"

    async with probing(live):
        await until(becomes(live, "up"))
        await watch.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        wayward.status = 503
        await until(is_down)
    await watch.close()
