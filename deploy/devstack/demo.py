"""`make demo`: the story of the market, played by real requests on running services.

Exit code 0 when every step came true; 1 with the step that failed and the answer received.
"""

import asyncio
import signal
import sys

import httpx2

from deploy.devstack.layout import Layout
from deploy.devstack.story.chapters import Story
from deploy.devstack.story.endpoint import Endpoint, EndpointFailedError
from deploy.devstack.story.market import NotArrivedError, UnexpectedAnswerError
from deploy.devstack.story.narrator import Narrator, say
from deploy.devstack.story.running import MarketDidNotStartError, a_market, a_running_market

FAILURES = (UnexpectedAnswerError, NotArrivedError, EndpointFailedError, httpx2.HTTPError)


async def play(layout: Layout) -> int:
    narrator = Narrator()
    async with a_running_market(layout), a_market(layout, narrator) as market:
        story = Story(market, narrator, Endpoint())
        say(f"\nthe story {market.correlation_id}, with real requests")
        try:
            await story.play()
        except FAILURES as failure:
            narrator.flush()
            say(f"\n✗ step {len(narrator.rows) + 1} failed: {narrator.step_name}")
            say(f"  {failure or type(failure).__name__}")
            return 1
        finally:
            await story.close()
        narrator.table()
    return 0


async def _until_stopped(layout: Layout) -> int:
    """Ctrl-C ends the story; what was started is drained all the same."""
    playing = asyncio.ensure_future(play(layout))
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, playing.cancel)
    try:
        return await playing
    except (MarketDidNotStartError, NotArrivedError) as failure:
        say(str(failure))
        return 1
    except asyncio.CancelledError:
        say("stopped")
        return 130


if __name__ == "__main__":
    sys.exit(asyncio.run(_until_stopped(Layout.from_environment())))
