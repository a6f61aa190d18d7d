"""Law 6: an API is not ready until its replicas have reached the ends that were seen at its start."""

import asyncio

import pytest
from fastapi import APIRouter

from shared.ids import new_id
from shared.messaging import maintenance, tests
from shared.messaging.readiness import Readiness
from shared.messaging.tests import stage as stages
from shared.messaging.tests.stage import eventually, running, submitted, updated
from shared.service import Service
from shared.settings import ServiceSettings

pytestmark = pytest.mark.kafka


async def test_readiness_waits_for_the_ends_seen_at_the_start(stage):
    async with running(stage.relay):
        await stage.say(*(submitted(new_id(), 1) for _ in range(10)))
        await stage.sent()
        readiness = Readiness(stage.reader, [stage.topic], stage.settings)
        assert await readiness.missing() == ["the broker has not been reached yet"]
        aiming = asyncio.create_task(readiness.aim())

        async def behind():
            return [line for line in await readiness.missing() if " is at 0 of " in line]

        assert len(await eventually(behind)) == stage.settings.topic_partitions
        async with running(stage.consumer):

            async def ready():
                return await readiness.missing() == []

            await eventually(ready)
        await asyncio.wait_for(aiming, 2)
        await stage.say(submitted(new_id(), 1))
        await stage.sent()
        assert await readiness.missing() == []  # what comes later does not make it unready


async def test_a_service_that_reacts_to_nothing_is_ready_at_once(stage):
    readiness = Readiness(stage.reader, [], stage.settings)
    await readiness.aim()
    assert await readiness.missing() == []


async def test_resync_tells_full_states_again_and_heals_a_replica_whose_row_was_deleted(stage):
    listings = sorted(new_id() for _ in range(5))

    async def tell(tx, after, limit):
        later = [listing for listing in listings if str(listing) > after][:2]
        tx.emit(*(updated(listing, 7) for listing in later))
        return str(later[-1]) if later else ""

    owner = Service("catalog", "Catalog", tests, ServiceSettings, stages.metadata, APIRouter(), resync=[tell])

    async def replicated():
        rows = await stage.rows(stage.reader, "SELECT key FROM listing_replica WHERE state ->> 'version' = '7'")
        return sorted(row["key"] for row in rows) == [str(listing) for listing in listings]

    async with running(stage.relay, stage.consumer):
        await stage.say(*(updated(listing, 7) for listing in listings))
        await eventually(replicated)
        await stage.rows(stage.reader, "DELETE FROM listing_replica WHERE key > $1", str(listings[1]))
        assert not await replicated()
        assert await maintenance.resync(owner, stage.owner) == 5
        await eventually(replicated)
