"""`search`: eight at once search a market of 100 000 listings over HTTP, beside the same SQL by plain asyncpg.

The questions are of six kinds in equal parts: a word that stands in about 30 % of all texts, a rare word, two usual
words, a usual word with category and price, the beginning of a word, and a name with one slip. The reference runs the
very statements that the service runs for them, by eight tasks of one process on the same core, without HTTP, JSON or
anything else; both take turns.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import asyncpg
import uvicorn
import uvloop

from benchmarks.closed_loop import drive
from benchmarks.fact_to_refusal import percentile
from benchmarks.order_place import LOAD_CORE, SERVER_CORE, free_port, pin, start
from benchmarks.search_market import LISTINGS, Market, fill
from deploy.devstack.postgres import DEVSTACK_SETTINGS, EmbeddedPostgres
from services.catalog.queries import market as searching
from services.catalog.schemas.market import SearchRequest
from shared.clock import utc_now
from shared.context import current_context
from shared.db import migrate
from shared.db.engine import SERVER_SETTINGS
from shared.db.transaction import Transaction
from shared.testing.issuer import Issuer
from shared.testing.secrets import secret_settings

GOAL_MS, GOAL_RATIO = 50.0, 0.5
CONNECTIONS = 8
TURNS, SECONDS = 5, 4.0
SETTINGS = DEVSTACK_SETTINGS | {"shared_buffers": "512MB"}
Statement = tuple[str, tuple[Any, ...]]


class _Watched:
    """A connection that takes down what it is asked."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver
        self.asked: list[Statement] = []

    async def fetch(self, sql: str, *arguments: Any) -> Any:
        self.asked.append((sql, arguments))
        return await self._driver.fetch(sql, *arguments)

    async def fetchrow(self, sql: str, *arguments: Any) -> Any:
        return await self._driver.fetchrow(sql, *arguments)


async def _statements(url: str, questions: list[dict[str, str]]) -> list[list[Statement]]:
    driver = await asyncpg.connect(url, server_settings=SERVER_SETTINGS)
    found = []
    for question in questions:
        watched = _Watched(driver)
        tx = Transaction("catalog", None, cast("asyncpg.Connection", watched), utc_now(), current_context())
        asked = SearchRequest.model_validate(question)
        within = await searching.categories_below(tx, asked.category) if asked.category else None
        await searching.search(tx, asked.filters(within), asked.sort, None, 21)
        found.append(watched.asked)
    await driver.close()
    return found


async def _bare(url: str, sets: list[list[Statement]], seconds: float) -> float:
    """Searches a second."""
    turn, done = cycle(sets), 0
    until = time.perf_counter() + seconds
    pool = await asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS, server_settings=SERVER_SETTINGS)

    async def work() -> None:
        nonlocal done
        async with pool.acquire() as driver:
            while time.perf_counter() < until:
                for sql, arguments in next(turn):
                    await driver.fetch(sql, *arguments)
                done += 1

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    rate = done / (time.perf_counter() - began)
    await pool.close()
    return rate


async def _serve(port: int) -> None:
    from services.catalog.app import service
    from shared import logs
    from shared.db.transaction import Database
    from shared.http.app import make_app
    from shared.run import settle_memory

    settings = service.settings()
    logs.configure(settings, service.name)
    app = make_app(service, Database(service.name, settings.database_url), settings)
    settle_memory()
    config = uvicorn.Config(
        app, port=port, log_config=None, access_log=False, server_header=False, lifespan="off", loop="uvloop"
    )
    await uvicorn.Server(config).serve()


def _requests(port: int, questions: dict[str, list[dict[str, str]]]) -> Iterator[tuple[str, bytes]]:
    """The kinds in turn."""
    asked = {
        kind: cycle([f"GET /v1/market?{urlencode(q)} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode() for q in qs])
        for kind, qs in questions.items()
    }
    return ((kind, next(asked[kind])) for kind in cycle(asked))


def _in_turn(questions: dict[str, list[dict[str, str]]]) -> list[dict[str, str]]:
    """As many of each kind, in the same mix as the requests."""
    most = max(len(each) for each in questions.values())
    turns = {kind: cycle(each) for kind, each in questions.items()}
    return [next(turns[kind]) for _ in range(most) for kind in questions]


def run() -> list[dict[str, Any]]:
    before = os.sched_getaffinity(0)
    with ExitStack() as stack:
        stack.callback(os.sched_setaffinity, 0, before)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="search-", ignore_cleanup_errors=True))
        postgres = EmbeddedPostgres(Path(folder), free_port(), SETTINGS)
        stack.callback(postgres.stop)
        postgres.start()
        url, market = postgres.url(), Market()
        asyncio.run(migrate.upgrade("catalog", url))
        asyncio.run(fill(url, market))
        questions = market.questions()
        port = start(stack, "market", url, Issuer(), "benchmarks.search")
        sets = uvloop.run(_statements(url, _in_turn(questions)))
        rates: dict[str, list[float]] = {"market": [], "bare": []}
        taken: dict[str, list[float]] = {}
        for turn in range(1 + TURNS):  # the first one warms
            pin(LOAD_CORE)
            rate, found = uvloop.run(drive(port, _requests(port, questions), SECONDS, CONNECTIONS))
            pin(SERVER_CORE)
            random.Random(turn).shuffle(sets)
            bare = uvloop.run(_bare(url, sets, SECONDS))
            if turn:
                rates["market"].append(rate)
                rates["bare"].append(bare)
                for kind, times in found.items():
                    taken.setdefault(kind, []).extend(1000 * each for each in times)
    return _results(rates, taken, sum(len(each) for each in sets) / len(sets))


def _results(rates: dict[str, list[float]], taken: dict[str, list[float]], each: float) -> list[dict[str, Any]]:
    every = [value for kind in taken.values() for value in kind]
    p99, value, reference = (
        percentile(every, 0.99),
        statistics.median(rates["market"]),
        statistics.median(rates["bare"]),
    )
    conditions = (
        f"{LISTINGS} listings, {CONNECTIONS} at once, server and reference on one core, load on the other, database on "
        f"both; {len(every)} searches, {each:.1f} statements each"
    )
    return [
        {
            "name": "search",
            "value": round(p99, 2),
            "unit": "ms p99",
            "reference": "searches/s of ours, by HTTP",
            "reference_value": round(value, 1),
            "ratio": None,
            "goal": f"<= {GOAL_MS} ms",
            "pass": p99 <= GOAL_MS,
            "by_kind_ms": {
                kind: {"p50": round(percentile(found, 0.5), 2), "p99": round(percentile(found, 0.99), 2)}
                for kind, found in taken.items()
            },
            "conditions": conditions,
        },
        {
            "name": "search_throughput",
            "value": round(value, 1),
            "unit": "searches/s",
            "reference": "the same SQL by plain asyncpg",
            "reference_value": round(reference, 1),
            "ratio": round(value / reference, 3),
            "goal": GOAL_RATIO,
            "pass": value / reference >= GOAL_RATIO,
            "conditions": conditions,
        },
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("--serve", choices=["market"])
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    if given.serve:
        pin(SERVER_CORE)
        os.environ.update({name.upper(): value for name, value in secret_settings().items()})
        uvloop.run(_serve(given.port))
        return
    print(json.dumps(run(), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
