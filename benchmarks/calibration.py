"""What this machine does today: a FastAPI hello and a one-row commit, so that other figures can be read beside it."""

import asyncio
import time
from typing import Any

import httpx2
from fastapi import FastAPI

from benchmarks.ground import ground

SECONDS = 2.0


async def _hello() -> float:
    """Requests per second through the ASGI stack alone, in process, one after the other."""
    app = FastAPI()

    @app.get("/")
    async def hello() -> dict[str, str]:
        return {"hello": "world"}

    transport = httpx2.ASGITransport(app=app)
    count = 0
    async with httpx2.AsyncClient(transport=transport, base_url="http://calibration.test") as client:
        until = time.perf_counter() + SECONDS
        while time.perf_counter() < until:
            await client.get("/")
            count += 1
    return count / SECONDS


async def _commits() -> float:
    async with ground() as bench:
        await bench.driver.execute("CREATE TABLE one_row (n bigint)")
        count, until = 0, time.perf_counter() + SECONDS
        while time.perf_counter() < until:
            await bench.driver.execute("INSERT INTO one_row VALUES (1)")
            count += 1
        await bench.driver.close()
    return count / SECONDS


async def run() -> list[dict[str, Any]]:
    hello, commits = await _hello(), await _commits()
    await asyncio.sleep(0)
    none = {"reference": "", "reference_value": None, "ratio": None, "goal": "none, for comparison", "pass": True}
    return [
        {"name": "calibration_hello", "value": round(hello), "unit": "requests/s", **none},
        {"name": "calibration_commit", "value": round(commits), "unit": "commits/s", **none},
    ]
