"""`listing_page`: the public page of a listing, beside a FastAPI route that says hello.

Both servers run with the same uvicorn on the same core in turns, the load on the other. 2 000 listings with pages of
about 5 kB of JSON, one in ten with an announced maintenance, are asked for in a random order; each answer is read from
the database at that moment. Hello does nothing at all.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from typing import Any

import asyncpg
import uvicorn
import uvloop

from benchmarks.closed_loop import drive
from benchmarks.fact_to_refusal import percentile
from benchmarks.order_place import LOAD_CORE, SERVER_CORE, free_port, pin, start
from deploy.devstack.postgres import EmbeddedPostgres
from services.catalog.domain.content import Content
from services.catalog.domain.effective import Circumstances, Lifecycle
from services.catalog.domain.offer import offer_of
from services.catalog.store.offers import keep_offer
from shared.clock import utc_now
from shared.contracts.catalog import ListingKind, Plan
from shared.contracts.registry import ProviderStandingChanged, Standing
from shared.db import migrate
from shared.db.transaction import Database
from shared.ids import new_id
from shared.testing.issuer import Issuer
from shared.testing.secrets import secret_settings

GOAL = 0.4
LISTINGS = 2_000
CONNECTIONS = 16
TURNS, SECONDS = 6, 2.0
_DETAILS = "<h2>功能介绍</h2><p>批量打印快递单与发货单，自动合并同一买家的订单，物流异常及时提醒。</p>" * 15
_MAINTENANCE = {"maintenance_id": str(new_id()), "starts_at": "2099-01-01T00:00:00Z", "ends_at": "2099-01-01T02:00:00Z",
                "reason": "upgrade"}  # fmt: skip


async def _prepare(url: str) -> list[str]:
    await migrate.upgrade("catalog", url)
    db, ids = Database("catalog", url, pool_size=1), [new_id() for _ in range(LISTINGS)]
    plans = tuple(Plan(plan_id=str(days), title="版", period_days=days, price_fen=9_900) for days in (30, 90, 365))
    for at in range(0, LISTINGS, 200):
        async with db.transaction() as tx:
            for listing_id in ids[at : at + 200]:
                seller = ProviderStandingChanged(
                    provider_id=new_id(), account_id="p", legal_name="Example Ltd", standing=Standing.ADMITTED,
                    blocked=frozenset(), categories=frozenset(),
                )  # fmt: skip
                content = Content(
                    "erp", f"快打单 {listing_id}", "自动合并订单", _DETAILS, plans=plans, screenshots=("0" * 64,) * 5,
                    functions=("批量打印快递单", "自动合并订单"), scopes=("order.read",),
                )  # fmt: skip
                around = Circumstances(Lifecycle.LIVE, "erp", False, seller, ())
                now = utc_now()
                await keep_offer(
                    tx, offer_of(listing_id, seller.provider_id, ListingKind.SERVICE, content, (now, now), around)
                )
    await db.close()
    driver = await asyncpg.connect(url)
    await driver.execute(
        "UPDATE offer SET maintenances = $1 WHERE hashtext(listing_id::text) % 10 = 0", json.dumps([_MAINTENANCE])
    )
    await driver.execute("VACUUM ANALYZE")
    await driver.close()
    return [str(listing_id) for listing_id in ids]


async def _serve(kind: str, port: int) -> None:
    from fastapi import FastAPI

    app = FastAPI()
    if kind == "market":
        from services.catalog.app import service
        from shared import logs
        from shared.http.app import make_app
        from shared.run import settle_memory

        settings = service.settings()
        logs.configure(settings, service.name)
        app = make_app(service, Database(service.name, settings.database_url), settings)
        settle_memory()
    else:

        @app.get("/v1/market/{listing_id}")
        async def hello(listing_id: str) -> dict[str, str]:
            return {"hello": "world"}

    config = uvicorn.Config(
        app, port=port, log_config=None, access_log=False, server_header=False, lifespan="off", loop="uvloop"
    )
    await uvicorn.Server(config).serve()


def _requests(kind: str, port: int, ids: list[str]) -> Iterator[tuple[str, bytes]]:
    return cycle([(kind, f"GET /v1/market/{each} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()) for each in ids])


def run() -> dict[str, Any]:
    before = os.sched_getaffinity(0)
    with ExitStack() as stack:
        stack.callback(os.sched_setaffinity, 0, before)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="page-", ignore_cleanup_errors=True))
        postgres = EmbeddedPostgres(Path(folder), free_port())
        stack.callback(postgres.stop)
        postgres.start()
        ids, issuer = asyncio.run(_prepare(postgres.url())), Issuer()
        random.Random(1).shuffle(ids)
        ports = {
            kind: start(stack, kind, postgres.url(), issuer, "benchmarks.listing_page") for kind in ("market", "hello")
        }
        pin(LOAD_CORE)
        rates: dict[str, list[float]] = {kind: [] for kind in ports}
        taken: list[float] = []
        for turn in range(1 + TURNS):  # the first one warms
            for kind, port in ports.items():
                rate, found = uvloop.run(drive(port, _requests(kind, port, ids), SECONDS, CONNECTIONS))
                if turn:
                    rates[kind].append(rate)
                    taken += found.get("market", [])
    value, reference = (statistics.median(rates[kind]) for kind in ("market", "hello"))
    return {
        "name": "listing_page",
        "value": round(value, 1),
        "unit": "pages/s",
        "reference": "FastAPI hello, same core",
        "reference_value": round(reference, 1),
        "ratio": round(value / reference, 3),
        "goal": GOAL,
        "pass": value / reference >= GOAL,
        "p50_ms": round(1000 * percentile(taken, 0.5), 2),
        "p99_ms": round(1000 * percentile(taken, 0.99), 2),
        "conditions": f"servers on one core, load on the other, database on both; {CONNECTIONS} connections, "
        f"{LISTINGS} listings",
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.listing_page", description=__doc__)
    parser.add_argument("--serve", choices=["market", "hello"])
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    if given.serve:
        pin(SERVER_CORE)
        os.environ.update({name.upper(): value for name, value in secret_settings().items()})
        uvloop.run(_serve(given.serve, given.port))
        return
    print(json.dumps(run(), indent=2))


if __name__ == "__main__":
    main()
