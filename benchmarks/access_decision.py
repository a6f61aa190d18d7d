"""`access_decision`: an API gateway asks 500 times a second whether a call may pass, of a registry on one core.

The asking is open-loop: each request has its slot, whatever became of those before it. Judged is what the server takes
from a request to the end of its answer; beside it stands what the client sees from each request's slot, which counts
the load generator, too. 10 000 applications, 100 000 restrictions, one application in ten blocked. The reference is a
bare FastAPI route on the same core at the same rate, in turns.
"""

import argparse
import asyncio
import json
import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import Any

import asyncpg
import httpx2
import uvicorn
import uvloop

from benchmarks.fact_to_refusal import percentile
from benchmarks.order_place import LOAD_CORE, SERVER_CORE, free_port, pin, start
from deploy.devstack.postgres import EmbeddedPostgres
from shared.db import migrate
from shared.testing.issuer import Issuer
from shared.testing.secrets import secret_settings

GOAL_MS = 5.0
RATE = 500
TURNS = 6
TURN_SECONDS = 2.0
CONNECTIONS = 24
APPS = 10_000
RESTRICTIONS = 100_000

_FILL = (
    """
INSERT INTO provider (provider_id, account_id, unified_social_credit_code, legal_name, registered_address, website,
                      standing, applied_at, version)
SELECT uuidv7(), 'account-' || n, 'code-' || n, 'name', '', '', 'admitted', now(), 1 FROM generate_series(1, $1) n
""",
    """
INSERT INTO told_standing (provider_id, state) SELECT provider_id, '{"holds": []}' FROM provider
""",
    """
INSERT INTO listing (key, sequence, state)
SELECT uuidv7()::text, 1, jsonb_build_object('provider_id', provider_id, 'category', 'erp') FROM provider
""",
    """
INSERT INTO app_key (app_key, app_id, provider_id, secret_hash, created_at, created_by, revoked_by, revoked_reason)
SELECT 'ak_' || translate(substr(md5(key), 1, 24), '0189', 'abcd'), key::uuid, (state->>'provider_id')::uuid,
       sha256('secret'), now(), 'account', '', ''
FROM listing
""",
    """
INSERT INTO app_access (app_id, provider_id, told, version) SELECT app_id, provider_id, '{}', 1 FROM app_key
""",
    """
INSERT INTO restriction (key, sequence, state)
SELECT 'listing:' || uuidv7(), 1, '{"causes": []}' FROM generate_series(1, $1) n
""",
)
_BLOCK = """
INSERT INTO restriction (key, sequence, state)
SELECT 'listing:' || app_id, 1, jsonb_build_object('causes', jsonb_build_array(jsonb_build_object(
    'penalty_id', uuidv7(), 'decision_id', uuidv7(), 'measure', 'clear', 'clause', '6.4',
    'effects', jsonb_build_array('use', 'call_api'), 'from', now() - interval '1 day', 'until', NULL)))
FROM app_key WHERE hashtext(app_key) % 10 = 0
"""


async def _prepare(url: str) -> list[str]:
    """Every key, in an order that visits them all."""
    await migrate.upgrade("registry", url)
    connection = await asyncpg.connect(url)
    try:
        for sql, count in zip(_FILL, (APPS, None, None, None, None, RESTRICTIONS), strict=True):
            await connection.execute(sql, *([] if count is None else [count]))
        await connection.execute(_BLOCK)
        await connection.execute("VACUUM ANALYZE")
        keys = [row["app_key"] for row in await connection.fetch("SELECT app_key FROM app_key")]
    finally:
        await connection.close()
    random.Random(1).shuffle(keys)
    return keys


class _Timed:
    """Takes down how long each answer took, in milliseconds, and tells it at /taken."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._taken: list[float] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/taken":
            body, self._taken = json.dumps(self._taken).encode(), []
            headers = [(b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})
            return
        began = perf_counter()
        await self._app(scope, receive, send)
        self._taken.append((perf_counter() - began) * 1000)


async def _serve(kind: str, port: int) -> None:
    from fastapi import FastAPI

    app = FastAPI()
    if kind == "market":
        from services.registry.app import service
        from shared import logs
        from shared.db.transaction import Database
        from shared.http.app import make_app
        from shared.run import settle_memory

        settings = service.settings()
        logs.configure(settings, service.name)
        app = make_app(service, Database(service.name, settings.database_url), settings)
        settle_memory()
    else:

        @app.get("/v1/access/{app_key}")
        async def hello(app_key: str) -> dict[str, str]:
            return {"app_key": app_key}

    config = uvicorn.Config(
        _Timed(app), port=port, log_config=None, access_log=False, server_header=False, lifespan="off", loop="uvloop"
    )
    await uvicorn.Server(config).serve()


class _Connection(asyncio.Protocol):
    """Carries one request at a time; `answered` resolves with the status line."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self._read = b""

    async def ask(self, request: bytes) -> bytes:
        self.answered: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self.answered

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, body = self._read.partition(b"\r\n\r\n")
        if found and len(body) >= int(head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0]):
            self._read = b""
            self.answered.set_result(head)


async def _drive(port: int, requests: Iterator[bytes], seconds: float) -> list[float]:
    loop = asyncio.get_running_loop()
    free: asyncio.Queue[_Connection] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        _, made = await loop.create_connection(_Connection, "127.0.0.1", port)
        free.put_nowait(made)
    taken: list[float] = []

    async def ask(slot: float, request: bytes) -> None:
        connection = await free.get()
        head = await connection.ask(request)
        free.put_nowait(connection)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode(errors="replace"))
        taken.append((perf_counter() - slot) * 1000)

    began = perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(int(RATE * seconds)):
            slot = began + number / RATE
            await asyncio.sleep(max(0.0, slot - perf_counter()))
            group.create_task(ask(slot, next(requests)))
    while not free.empty():
        free.get_nowait().transport.close()
    return taken


def _requests(port: int, token: str, keys: list[str]) -> Iterator[bytes]:
    tail = f" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n"
    return cycle([f"GET /v1/access/{key}{tail}".encode() for key in keys])


def run() -> dict[str, Any]:
    before = os.sched_getaffinity(0)
    with ExitStack() as stack:
        stack.callback(os.sched_setaffinity, 0, before)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="access-", ignore_cleanup_errors=True))
        postgres = EmbeddedPostgres(Path(folder), free_port())
        stack.callback(postgres.stop)
        postgres.start()
        keys = asyncio.run(_prepare(postgres.url()))
        issuer = Issuer()
        ports = {
            kind: start(stack, kind, postgres.url(), issuer, "benchmarks.access_decision")
            for kind in ("market", "bare")
        }
        pin(LOAD_CORE)
        token = issuer.token("service", "gateway")
        seen: dict[str, list[float]] = {"market": [], "bare": []}
        took: dict[str, list[float]] = {"market": [], "bare": []}
        for turn in range(1 + TURNS):  # the first one warms
            for kind, port in ports.items():
                at_client = uvloop.run(_drive(port, _requests(port, token, keys), TURN_SECONDS))
                at_server = httpx2.get(f"http://127.0.0.1:{port}/taken", trust_env=False).json()
                if turn:
                    seen[kind] += at_client
                    took[kind] += at_server
    return _result(took, seen)


def _result(took: dict[str, list[float]], seen: dict[str, list[float]]) -> dict[str, Any]:
    value, reference = (percentile(took[kind], 0.99) for kind in ("market", "bare"))
    return {
        "name": "access_decision",
        "value": round(value, 2),
        "unit": "ms p99",
        "reference": f"bare FastAPI route, same core, same {RATE} requests/s",
        "reference_value": round(reference, 2),
        "ratio": round(value / reference, 3),
        "goal": f"<= {GOAL_MS} ms",
        "pass": value <= GOAL_MS,
        "p50_ms": round(percentile(took["market"], 0.5), 2),
        "at_client_ms": {
            kind: {"p50": round(percentile(found, 0.5), 2), "p99": round(percentile(found, 0.99), 2)}
            for kind, found in seen.items()
        },
        "conditions": f"server on one core, load on the other, database on both; {len(took['market'])} requests, "
        f"{APPS} applications, {RESTRICTIONS} restrictions",
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.access_decision", description=__doc__)
    parser.add_argument("--serve", choices=["market", "bare"])
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
