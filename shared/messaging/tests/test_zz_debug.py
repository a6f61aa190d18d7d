import asyncio, time
from shared.ids import new_id
from shared.messaging.tests.test_losses import running
from shared.messaging.log import open_log
async def test_dbg(stage_to_break, own_broker):
    stage, listing = stage_to_break, new_id()
    t0=time.time()
    async def st(w):
        print(f"{time.time()-t0:5.2f}", w, [tuple(r)[1:] for r in await stage.rows(stage.owner,"select * from relay_state")], await stage.rows(stage.owner,"select position from outbox"), await stage.rows(stage.owner,"select position from event_log"))
    async with running(stage.relay, stage.consumer):
        await stage.submit(listing, 1, 2)
        await stage.applies(listing, [1, 2]); await st("applied12")
        await stage.rows(stage.owner, "UPDATE relay_state SET mode = 'paused'"); await st("paused")
        await asyncio.sleep(0.5)
        await stage.submit(listing, 3); await st("submitted3")
        await asyncio.to_thread(own_broker.restart); await st("restarted")
        await stage.rows(stage.owner, "UPDATE relay_state SET mode = 'adopt'"); await st("adopt")
        await stage.applies(listing, [1, 2, 3], within=40); await st("applied3")
    async with open_log(stage.settings) as look:
        ps=await look.partitions([stage.topic]); print(await look.look(ps))
    wire = [r for r in await stage.log()]
    print([(r.partition,r.offset,r.key,dict(r.headers).get("ce_sequence")) for r in wire])
    assert any(r.key==str(listing).encode() for r in wire)
