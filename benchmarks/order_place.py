"""`order_place`: POST an order through one uvicorn worker, against a bare ASGI app with plain asyncpg.

Both servers run with the same uvicorn on the same core, the load generator on the other, PostgreSQL wherever it likes;
rounds alternate, so that what else the machine does hits both. The reference has no authentication, no validation, no
replica check, no idempotency and no audit: it reads JSON, and commits one order and one outbox row.
"""

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import uvicorn
import uvloop

from deploy.devstack.postgres import EmbeddedPostgres
from shared.db import migrate
from shared.ids import new_id
from shared.testing.issuer import Issuer

GOAL = 0.5
ROUNDS = 6
SECONDS = 3.0
CONNECTIONS = 16
MERCHANTS = 64
LISTINGS = 500
SERVER_CORE, LOAD_CORE = 0, 1
LOAD = {"plan_id": "month", "price_fen": 9_900}


# --- the two servers


async def _bare(pool: asyncpg.Pool, scope: Any, receive: Any, send: Any) -> None:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    wish = json.loads(body)
    order_id, listing_id, now = new_id(), UUID(wish["listing_id"]), datetime.now(UTC)
    told = {"order_id": str(order_id), "listing_id": wish["listing_id"], "price_fen": wish["price_fen"]}
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "INSERT INTO orders (order_id, merchant_id, listing_id, provider_id, plan_id, period_days, price_fen,"
            " fee_fen, kind, status, placed_at, version)"
            " VALUES ($1, 'm', $2, $2, $3, 30, $4, 495, 'purchase', 'placed', $5, 1)",
            order_id, listing_id, wish["plan_id"], wish["price_fen"], now,
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO outbox (id, aggregatetype, aggregateid, sequence, type, payload, occurred_at, correlation_id,"
            " causation_id, traceparent) VALUES ($1, 'order', $2, 1, 'order.placed', $3, $4, '', '', '')",
            new_id(), told["order_id"], json.dumps(told), now,
        )  # fmt: skip
    answer = json.dumps(told).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


async def _serve(kind: str, port: int) -> None:
    url = os.environ["DATABASE_URL"]
    app: Any
    if kind == "bare":
        pool = await asyncpg.create_pool(url, min_size=8, max_size=8)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await _bare(pool, scope, receive, send)
    else:
        from services.orders.app import service
        from shared import logs, telemetry
        from shared.db.transaction import Database
        from shared.http.app import make_app
        from shared.run import settle_memory

        settings = service.settings()
        logs.configure(settings, service.name)
        telemetry.configure(settings, service.name)
        app = make_app(service, Database(service.name, url, pool_size=settings.database_pool_size), settings)
        settle_memory()
    config = uvicorn.Config(
        app, port=port, log_config=None, access_log=False, server_header=False, lifespan="off", loop="uvloop"
    )
    await uvicorn.Server(config).serve()


# --- the load


class _Client(asyncio.Protocol):
    """One kept connection: the next request goes out when the answer to the last is in."""

    def __init__(self, requests: Iterator[bytes], until: float) -> None:
        self._requests = requests
        self._until = until
        self._read = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.latencies: list[float] = []
        self.refused: list[bytes] = []

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        if self._sent_at >= self._until:
            self.done.set_result(None)
            self._transport.close()
            return
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, body = self._read.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0])
        if len(body) < length:
            return
        if head.startswith(b"HTTP/1.1 201"):
            self.latencies.append(time.perf_counter() - self._sent_at)
        else:
            self.refused.append(self._read)
        self._read = b""
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server closed the connection"))


def _requests(port: int, tokens: list[str], listings: list[str]) -> Iterator[bytes]:
    bodies = [json.dumps({"listing_id": listing, **LOAD}).encode() for listing in listings]
    heads = [
        (
            f"POST /v1/orders HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(bodies[0])}\r\nIdempotency-Key: "
        ).encode()
        for token in tokens
    ]
    started = time.time_ns()
    for number in count():
        key = f"bench-{started}-{number}\r\n\r\n".encode()
        yield heads[number % len(heads)] + key + bodies[number % len(bodies)]


async def _round(port: int, requests: Iterator[bytes], seconds: float) -> tuple[float, list[float]]:
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    clients = [_Client(requests, started + seconds) for _ in range(CONNECTIONS)]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*(client.done for client in clients))
    refused = [answer for client in clients for answer in client.refused]
    if refused:
        raise RuntimeError(f"{len(refused)} requests were not answered with 201: {refused[0].decode(errors='replace')}")
    latencies = sorted(latency for client in clients for latency in client.latencies)
    return len(latencies) / (time.perf_counter() - started), latencies


# --- the run


async def _prepare(url: str) -> list[str]:
    """A migrated database with one admitted provider and its live listings."""
    await migrate.upgrade("orders", url)
    provider_id, listings = new_id(), [str(new_id()) for _ in range(LISTINGS)]
    provider = {"provider_id": str(provider_id), "account_id": "p", "legal_name": "Example Ltd", "standing": "admitted",
                "blocked": [], "categories": ["erp"]}  # fmt: skip
    listing = {
        "provider_id": str(provider_id), "kind": "application", "category": "erp", "name": "Stock keeper",
        "callback_url": "https://provider.example/callback", "lifecycle": "live", "version": 1,
        "published_at": "2026-01-01T00:00:00Z",
        "plans": [{"plan_id": plan, "title": plan, "period_days": days, "price_fen": price}
                  for plan, days, price in (("month", 30, 9_900), ("year", 365, 99_000))],
    }  # fmt: skip
    driver = await asyncpg.connect(url)
    try:
        await driver.execute("INSERT INTO provider VALUES ($1, 1, $2::jsonb)", str(provider_id), json.dumps(provider))
        await driver.executemany(
            "INSERT INTO listing (key, sequence, state) VALUES ($1, 1, $2::jsonb)",
            [(key, json.dumps({"listing_id": key, **listing})) for key in listings],
        )
        await driver.execute("VACUUM ANALYZE")
    finally:
        await driver.close()
    return listings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(stack: ExitStack, kind: str, url: str, issuer: Issuer, module: str = "benchmarks.order_place") -> int:
    port = free_port()
    told = {name.upper(): value for name, value in issuer.settings.items()} | {"DATABASE_URL": url}
    process = subprocess.Popen(
        [sys.executable, "-m", module, "--serve", kind, "--port", str(port)],
        env=os.environ | told, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    stack.callback(process.wait)
    stack.callback(process.terminate)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return port
        time.sleep(0.05)
    raise RuntimeError(f"the {kind} server did not start")


def pin(core: int) -> str:
    """Pins this process. With a single core there is nothing to choose."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[core % len(cores)]})
    return f"core {cores[core % len(cores)]}"


def run() -> list[dict[str, Any]]:
    before = os.sched_getaffinity(0)
    with ExitStack() as stack:
        stack.callback(os.sched_setaffinity, 0, before)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="order-place-", ignore_cleanup_errors=True))
        postgres = EmbeddedPostgres(Path(folder), free_port())
        stack.callback(postgres.stop)
        postgres.start()
        listings = asyncio.run(_prepare(postgres.url()))
        issuer = Issuer()
        ports = {kind: start(stack, kind, postgres.url(), issuer) for kind in ("market", "bare")}
        pin(LOAD_CORE)
        tokens = [issuer.token("merchant", f"merchant-{number}") for number in range(MERCHANTS)]
        rates: dict[str, list[float]] = {"market": [], "bare": []}
        latencies: list[float] = []
        for number in range(-1, ROUNDS):
            for kind, port in ports.items():
                seconds = 1.0 if number < 0 else SECONDS  # the first round only warms up
                rate, taken = uvloop.run(_round(port, _requests(port, tokens, listings), seconds))
                if number >= 0:
                    rates[kind].append(rate)
                    latencies += taken if kind == "market" else []
    value, reference = (statistics.median(rates[kind]) for kind in ("market", "bare"))
    latencies.sort()
    return [
        {
            "name": "order_place",
            "value": round(value, 1),
            "unit": "orders/s",
            "reference": "bare ASGI app: one order insert + one outbox insert, plain asyncpg",
            "reference_value": round(reference, 1),
            "ratio": round(value / reference, 3),
            "goal": GOAL,
            "pass": value / reference >= GOAL,
            "p50_ms": round(latencies[len(latencies) // 2] * 1000, 2),
            "p99_ms": round(latencies[len(latencies) * 99 // 100] * 1000, 2),
            "conditions": f"servers on one core, load on the other, {CONNECTIONS} connections, fsync on",
        }
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.order_place", description=__doc__)
    parser.add_argument("--serve", choices=["market", "bare"])
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    if given.serve:
        pin(SERVER_CORE)
        uvloop.run(_serve(given.serve, given.port))
        return
    print(json.dumps(run(), indent=2))


if __name__ == "__main__":
    main()
