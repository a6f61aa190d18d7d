"""`python -m shared.run services.orders.app:service --role api|worker|all|migrate`: the one way a service starts."""

import argparse
import asyncio
import gc
import importlib
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog
import uvicorn
import uvloop
from pydantic import ValidationError

from shared import logs, telemetry
from shared.audit import seal_audit
from shared.db import migrate, partitions
from shared.db.transaction import Database
from shared.http.app import make_app
from shared.http.idempotency import forget_old_answers
from shared.messaging.readiness import Readiness
from shared.service import Job, Running, Service
from shared.settings import ServiceSettings
from shared.worker import Worker, consumed_topics

log = structlog.get_logger()
ROLES = ("api", "worker", "all", "migrate")
HTTP_DRAIN_SECONDS = 20


def load(path: str) -> Service:
    """The service object that `path` (module:name) declares."""
    module, _, name = path.partition(":")
    found = getattr(importlib.import_module(module), name or "service", None)
    if not isinstance(found, Service):
        raise SystemExit(f"{path} declares no service")
    return found


def read_settings(service: Service) -> ServiceSettings:
    """The settings from the environment; a wrong one is told by its name, without its value."""
    try:
        return service.settings()
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, e['loc'])).upper() or 'settings'}: {e['msg']}" for e in error.errors()]
        raise SystemExit("these settings are missing or wrong:\n" + "\n".join(lines)) from None


def standing_jobs(settings: ServiceSettings) -> list[Job]:
    """What every service's worker does by the clock."""
    keep_partitions = partitions.maintaining(settings.event_log_days, settings.inbox_days)
    return [Job("partitions", timedelta(minutes=10), keep_partitions), forget_old_answers, seal_audit]


def settle_memory() -> None:
    """What was imported and built at the start stays for ever; the collector need not walk it again and again."""
    gc.collect()
    gc.freeze()


async def serve(service: Service, settings: ServiceSettings, role: str) -> None:
    """Serves until SIGTERM or SIGINT: HTTP drains first, then the worker's open work rolls back or finishes."""
    db = Database(service.name, settings.database_url, pool_size=settings.database_pool_size)
    readiness = Readiness(db, consumed_topics(service, settings.topic_prefix), settings)
    app = make_app(service, db, settings, readiness.missing)
    settle_memory()
    try:
        for check in service.checks:
            await check(Running(db, settings))
    except ValueError as error:
        await db.close()
        raise SystemExit(f"{service.name} does not start: {error}") from None
    server = _Server(
        uvicorn.Config(
            app,
            host=settings.http_host,
            port=settings.http_port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=HTTP_DRAIN_SECONDS,
            server_header=False,
        )
    )
    background: list[Callable[[], Awaitable[None]]] = [readiness.aim]
    if role in ("worker", "all"):
        if service.seed is not None:
            async with db.transaction() as tx:
                await service.seed(tx)
        background.append(Worker(service, db, settings, standing_jobs(settings)).run)
    tasks = [asyncio.ensure_future(start()) for start in background]
    try:
        serving = asyncio.ensure_future(server.serve())
        for stop in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(stop, server.stop)
        await _first_failure(serving, tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await db.close()
    log.info("service.stopped", service=service.name, role=role)


class _Server(uvicorn.Server):
    """Leaves signals to `serve`, which must stop more than HTTP."""

    def install_signal_handlers(self) -> None:
        return

    def stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


async def _first_failure(serving: "asyncio.Future[None]", tasks: "Sequence[asyncio.Future[None]]") -> None:
    """Waits for the server to end. A background part that ends with an error ends the process."""
    watched = {serving, *tasks}
    while serving in watched:
        done, watched = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m shared.run", description=__doc__)
    parser.add_argument("service", help="module:name of the declaration, for instance services.orders.app:service")
    parser.add_argument("--role", choices=ROLES, default="all")
    chosen = parser.parse_args(arguments)
    service = load(chosen.service)
    settings = read_settings(service)
    logs.configure(settings, service.name)
    telemetry.configure(settings, service.name)
    if chosen.role == "migrate":
        migrate.upgrade_sync(
            service.name,
            settings.database_url,
            event_log_days=settings.event_log_days,
            inbox_days=settings.inbox_days,
        )
        return 0
    uvloop.run(serve(service, settings, chosen.role))
    return 0


if __name__ == "__main__":
    sys.exit(main())
