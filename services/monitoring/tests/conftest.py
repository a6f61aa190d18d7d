"""What monitoring's tests share: the database moved to a fixed day, and a listing that is followed."""

import pytest

from services.monitoring.reactions import REACTIONS
from services.monitoring.tests.builders import AT, a_listing, received


@pytest.fixture
def react(db):
    """`await react(event, sequence=2)`: the reaction of the service to a fact, committed."""
    handlers = {reaction.event: reaction.handle for reaction in REACTIONS}

    async def handle(*events, sequence=1, story="the-story"):
        async with db.transaction() as tx:
            await handlers[type(events[0])](tx, [received(event, sequence, story) for event in events])

    return handle


@pytest.fixture
async def followed(react, clock, db):
    """A database in which one listing is followed, leased by the prober `me`. The clock stands at AT."""
    clock.at = AT
    await react(a_listing())
    async with db.transaction() as tx:
        await tx.driver.execute("UPDATE target SET leased_by = 'me', interval_ms = 10000")
    return db
