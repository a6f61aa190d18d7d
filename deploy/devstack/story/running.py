"""The market that the story is played on: the one that runs already, or one of its own that is drained afterwards."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from uuid import uuid4

import httpx2

from deploy.devstack import upkeep
from deploy.devstack.layout import CHECKOUT, SERVICES, Layout
from deploy.devstack.processes import dies_with_parent
from deploy.devstack.story.market import Market, NotArrivedError
from deploy.devstack.story.narrator import Narrator, say

READY_SECONDS = 60
DRAIN_SECONDS = 60


class MarketDidNotStartError(RuntimeError):
    """What `make up` said is on the terminal already."""


@asynccontextmanager
async def a_running_market(layout: Layout) -> AsyncIterator[None]:
    if upkeep.is_up(layout):
        say("the market runs already; the story is played on it")
        await _wait_until_ready(layout)
        yield
        return
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-m", "deploy.devstack", "up",
        cwd=CHECKOUT, stdout=asyncio.subprocess.PIPE, start_new_session=True,
        preexec_fn=dies_with_parent(signal.SIGTERM),
    )  # fmt: skip
    ready = asyncio.Event()
    echo = asyncio.create_task(_echo(process, ready))
    try:
        await asyncio.wait({echo, asyncio.ensure_future(ready.wait())}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.is_set():
            raise MarketDidNotStartError("the market did not start")
        yield
    finally:
        await _drain(process, echo)


async def _echo(process: asyncio.subprocess.Process, ready: asyncio.Event) -> None:
    """What the market says goes on to the terminal."""
    assert process.stdout is not None
    while line := await process.stdout.readline():
        text = line.decode(errors="replace").rstrip()
        say(text)
        if text.startswith("ready in"):
            ready.set()


async def _drain(process: asyncio.subprocess.Process, echo: "asyncio.Task[None]") -> None:
    """Tells it to drain and waits; whatever is left after the deadline ends with it."""
    say("")
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), DRAIN_SECONDS)
    except TimeoutError:
        say(f"the market did not drain within {DRAIN_SECONDS} s and is killed")
        process.kill()
        await process.wait()
    await echo


async def _wait_until_ready(layout: Layout) -> None:
    deadline = asyncio.get_running_loop().time() + READY_SECONDS
    async with httpx2.AsyncClient(trust_env=False, timeout=5) as client:
        for name in (*SERVICES, "issuer", "payment"):
            if not await _is_ready(client, layout.url(name)):
                say(f"waiting for {name}")
            while not await _is_ready(client, layout.url(name)):
                if asyncio.get_running_loop().time() > deadline:
                    raise NotArrivedError(
                        f"{name} is not ready after {READY_SECONDS} s: {layout.url(name)}/health/ready"
                    )
                await asyncio.sleep(0.1)


async def _is_ready(client: httpx2.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(f"{url}/health/ready")).status_code == 200
    except httpx2.HTTPError:
        return False


@asynccontextmanager
async def a_market(layout: Layout, narrator: Narrator) -> AsyncIterator[Market]:
    """The market over HTTP, with tokens of its development issuer."""
    async with AsyncExitStack() as stack:
        clients = {}
        for name in (*SERVICES, "payment", "issuer"):
            limits = httpx2.Limits(max_connections=64, max_keepalive_connections=64)
            client = httpx2.AsyncClient(base_url=layout.url(name), trust_env=False, timeout=20, limits=limits)
            clients[name] = await stack.enter_async_context(client)
        kept: dict[tuple[str, str], str] = {}

        async def token(role: str, subject: str) -> str:
            if (role, subject) not in kept:
                answer = await clients["issuer"].post("/token", json={"role": role, "sub": subject})
                kept[role, subject] = answer.raise_for_status().json()["access_token"]
            return kept[role, subject]

        market = Market(clients, token, narrator.hear)
        market.correlation_id = f"story-{uuid4().hex[:12]}"
        yield market
