"""For the platform: is the process alive, is the service ready, and its metrics. Not part of the public interface."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import JSONResponse, Response

from shared import metrics
from shared.db.transaction import Database

Readiness = Callable[[], Awaitable[list[str]]]
"""What is still missing before requests may come, in words for people; empty when nothing is."""

router = APIRouter(include_in_schema=False)
log = structlog.get_logger()


@router.get("/health/live")
async def live() -> Response:
    return JSONResponse({"status": "live"})


@router.get("/health/ready")
async def ready(request: Request) -> Response:
    state = request.app.state
    missing = await _database_missing(state.db)
    if not missing and state.readiness is not None:
        try:
            missing = await state.readiness()
        except Exception as error:
            log.error("health.readiness_failed", exc_info=error)
            missing = ["readiness could not be told"]
    status = {"status": "not ready" if missing else "ready", "missing": missing}
    return JSONResponse(status, 503 if missing else 200)


async def _database_missing(db: Database) -> list[str]:
    try:
        async with asyncio.timeout(3), db.transaction() as tx:
            await tx.driver.fetchval("SELECT 1")
    except Exception as error:
        log.warning("health.database_away", exc_info=error)
        return ["the database does not answer"]
    return []


@router.get("/metrics")
async def read_metrics(request: Request) -> Response:
    return Response(await metrics.scrape(request.app.state.db), media_type=CONTENT_TYPE_LATEST)
