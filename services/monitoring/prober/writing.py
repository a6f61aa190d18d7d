"""Stores verdicts: those that only confirm a state in one statement, those that change one each in its transaction."""

import asyncio
from collections.abc import Iterator, Sequence
from uuid import UUID

import structlog

from services.monitoring import leases, store
from services.monitoring.domain.timeline import State
from services.monitoring.prober.metrics import LOST
from services.monitoring.prober.rounds import Judged, Rounds
from services.monitoring.use_cases import measuring
from shared.context import Context
from shared.db.transaction import Database

ACTOR = "prober"
QUEUE_MOST = 50_000
RETRY_AFTER_SECONDS = 1.0
log = structlog.get_logger()


class Writer:
    """Takes verdicts at any pace. With the database away they wait, up to a bound; what is given up reads UNKNOWN."""

    def __init__(self, db: Database, prober: str, rounds: Rounds, flush_ms: int) -> None:
        self._db = db
        self._prober = prober
        self._rounds = rounds
        self._flush = flush_ms / 1000
        self._queue: asyncio.Queue[Judged] = asyncio.Queue(QUEUE_MOST)

    def put(self, judged: Judged) -> None:
        """Also takes the verdict as the new belief, so that the next round need not wait for the database."""
        self._rounds.beliefs[judged.target.listing_id] = judged.verdict.state
        try:
            self._queue.put_nowait(judged)
        except asyncio.QueueFull:
            LOST.inc()

    async def run(self) -> None:
        while True:
            batch = [await self._queue.get()]
            await asyncio.sleep(self._flush)
            while not self._queue.empty():
                batch.append(self._queue.get_nowait())
            await self._store(batch)

    async def _store(self, batch: Sequence[Judged]) -> None:
        while True:
            try:
                await write(self._db, self._prober, batch, self._rounds.beliefs)
                return
            except Exception as error:  # the database is away or busy; looking goes on
                log.warning("verdicts_not_stored", waiting=len(batch) + self._queue.qsize(), error=str(error)[:300])
            await asyncio.sleep(RETRY_AFTER_SECONDS)


async def write(db: Database, prober: str, batch: Sequence[Judged], beliefs: dict[UUID, State]) -> None:
    """May be called again with the same batch: a verdict that was stored already changes nothing."""
    for wave in _waves(batch):
        verdicts = [(judged.target.listing_id, judged.target.interval_ms, judged.verdict) for judged in wave]
        async with db.transaction(Context(actor=ACTOR)) as tx:
            await store.add_evidence(
                tx,
                (
                    (evidence.hash, judged.target.listing_id, at_ms, evidence.document)
                    for judged in wave
                    for at_ms, evidence in judged.evidence
                ),
            )
            extended = await leases.extend(tx, prober, verdicts)
        for judged in wave:
            if judged.target.listing_id not in extended:
                await _judge(db, prober, judged, beliefs)


def _waves(batch: Sequence[Judged]) -> Iterator[list[Judged]]:
    """The batch in parts with at most one verdict of each target, in order."""
    wave: dict[UUID, Judged] = {}
    for judged in batch:
        if judged.target.listing_id in wave:
            yield list(wave.values())
            wave = {}
        wave[judged.target.listing_id] = judged
    if wave:
        yield list(wave.values())


async def _judge(db: Database, prober: str, judged: Judged, beliefs: dict[UUID, State]) -> None:
    listing_id = judged.target.listing_id
    async with db.transaction(Context(actor=ACTOR)) as tx:
        state = await measuring.judge_target(tx, judged.verdict, listing_id, leased_by=prober)
    if state is not None and state is not judged.verdict.state:
        beliefs[listing_id] = state
