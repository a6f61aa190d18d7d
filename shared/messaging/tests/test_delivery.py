"""From a commit in one service to an effect in another."""

import pytest

from shared.ids import new_id
from shared.messaging.tests.stage import running, submitted

pytestmark = pytest.mark.kafka


async def test_a_committed_fact_arrives_and_a_rolled_back_one_never_does(stage):
    kept, dropped = new_id(), new_id()
    async with running(stage.relay, stage.consumer):
        with pytest.raises(ZeroDivisionError):
            async with stage.owner.transaction() as tx:
                tx.emit(submitted(dropped, 1))
                await tx.finish()
                raise ZeroDivisionError
        await stage.submit(kept, 1)
        await stage.applies(kept, [1])
    assert await stage.versions(dropped) == []
    assert await stage.count(stage.owner, "outbox") == 0
