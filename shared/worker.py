"""A service's worker: relay, consumer, parking, jobs and tasks, each under supervision."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog

from shared.context import Context, set_context
from shared.contracts import OWNERS, topic_of
from shared.db.transaction import Database
from shared.messaging.apply import Applier
from shared.messaging.consumer import Consumer
from shared.messaging.failure import is_transient
from shared.messaging.parking import Parking
from shared.messaging.record import Decoder
from shared.messaging.relay import Relay
from shared.messaging.supervise import Part, give_up, supervise
from shared.service import Job, Running, Service
from shared.settings import ServiceSettings

log = structlog.get_logger()


def consumed_topics(service: Service, prefix: str) -> list[str]:
    """The topics that hold what the service reacts to. Seals of the audit trail stand in every owner's topic."""
    owners = {reaction.event.wire.owner for reaction in service.reactions}
    if "audit" in owners:
        owners = (owners - {"audit"}) | (set(OWNERS) - {service.name})
    return sorted(topic_of(owner, prefix) for owner in owners)


def make_applier(service: Service, db: Database, settings: ServiceSettings) -> Applier:
    reactions = {reaction.event.wire.name: reaction for reaction in service.reactions}
    decoder = Decoder(service.name, reactions, timedelta(days=settings.inbox_days))
    return Applier(db, decoder, topic_of(service.name, settings.topic_prefix))


class Loop:
    """Calls `step` every `every`; at once again while it moves something."""

    def __init__(self, name: str, every: timedelta, step: Callable[[], Awaitable[int]]) -> None:
        self._name = name
        self._every = every.total_seconds()
        self._step = step
        self.beaten_at = 0.0

    async def run(self) -> None:
        while True:
            set_context(Context(actor=f"job:{self._name}"))
            self.beaten_at = asyncio.get_running_loop().time()
            moved = await self._step()
            # A rare job is not stuck between its ticks, so only the step itself is watched.
            self.beaten_at = 0.0
            await asyncio.sleep(0 if moved else self._every)


class _Task:
    """A background task of the service; it watches itself."""

    def __init__(self, start: Callable[[], Awaitable[None]]) -> None:
        self._start = start
        self.beaten_at = 0.0

    async def run(self) -> None:
        await self._start()


class Worker:
    """`on_give_up` is called when a part fails again and again; by default it ends the process."""

    def __init__(
        self,
        service: Service,
        db: Database,
        settings: ServiceSettings,
        jobs: Sequence[Job] = (),
        on_give_up: Callable[[], None] = give_up,
    ) -> None:
        self._service = service
        self._db = db
        self._settings = settings
        self._jobs = [*service.jobs, *jobs]
        self._on_give_up = on_give_up

    async def run(self) -> None:
        """Runs until cancelled. Cancelling rolls back what is open; nothing is lost by it."""
        async with asyncio.TaskGroup() as group:
            for name, build in self._parts().items():
                group.create_task(supervise(name, self._service.name, build, on_give_up=self._on_give_up))

    def _parts(self) -> dict[str, Callable[[], Part]]:
        service, db, settings = self._service, self._db, self._settings
        parts: dict[str, Callable[[], Part]] = {}
        for shard in range(settings.relay_shards):
            parts[f"relay-{shard}"] = lambda shard=shard: Relay(service.name, db.url, settings, shard)  # type: ignore[misc]
        if service.reactions:
            topics = consumed_topics(service, settings.topic_prefix)
            parts["consumer"] = lambda: Consumer(db, make_applier(service, db, settings), topics, settings)
            parking = Parking(db, make_applier(service, db, settings), settings.retry_attempts)
            parts["parking"] = lambda: Loop("parking", timedelta(seconds=0.5), parking.drain_due)
        for job in self._jobs:
            parts[f"job-{job.name}"] = lambda job=job: Loop(job.name, job.every, lambda: self._tick(job))  # type: ignore[misc]
        for number, task in enumerate(service.tasks):
            parts[f"task-{number}"] = lambda task=task: _Task(lambda: task(Running(db, settings)))  # type: ignore[misc]
        return parts

    async def _tick(self, job: Job) -> int:
        """One tick, one transaction. A part that is away is waited for quietly; any other failure rebuilds the job."""
        try:
            async with self._db.transaction() as tx:
                return await job.run(tx)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("job.waiting", job=job.name, error=repr(error)[:300])
            return 0
