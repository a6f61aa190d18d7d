"""The prober: holds targets, looks at each in its slot, and hands what it finds to the writer. Runs in every worker."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import structlog

from services.monitoring import leases
from services.monitoring.domain.timeline import milliseconds
from services.monitoring.prober.metrics import LAG, LATE, TARGETS
from services.monitoring.prober.pulse import Pulse
from services.monitoring.prober.rounds import Rounds
from services.monitoring.prober.schedule import Schedule, Slot
from services.monitoring.prober.vantage import Vantage
from services.monitoring.prober.writing import ACTOR, Writer
from services.monitoring.settings import MonitoringSettings
from shared.context import Context
from shared.db.transaction import Database
from shared.ids import new_id
from shared.service import Running

RESOLVER_THREADS = 16
LEASE_LEAST_MS = 2_000
WAIT_MOST_MS = 100
GIVE_BACK_SECONDS = 3.0
log = structlog.get_logger()


async def probe_targets(running: Running) -> None:
    await Prober(running.db, running.settings).run()


class Prober:
    def __init__(self, db: Database, settings: MonitoringSettings) -> None:
        self.name = str(new_id())
        self._db = db
        self._settings = settings
        # Taken over within two intervals: the lease ends well before, and a free target is found at the next renewal.
        self._lease_ms = max(LEASE_LEAST_MS, settings.probe_interval_ms * 2 // 3)
        # Longer, and a target that hangs would be looked at too rarely for its verdict to hold.
        self._timeout_ms = min(settings.probe_timeout_ms, settings.probe_interval_ms // 2)
        self._threads = ThreadPoolExecutor(RESOLVER_THREADS, "resolver")
        self._pulse = Pulse()
        self._vantages = [
            Vantage(name, settings, self._threads, self._now_ms, self._pulse) for name in settings.probe_vantages
        ]
        self._schedule = Schedule()
        self._rounds = Rounds(self._vantages, settings.probe_confirm_after_ms)
        self._writer = Writer(db, self.name, self._rounds, settings.probe_flush_ms)
        self._running: dict[object, asyncio.Task[None]] = {}

    def _now_ms(self) -> int:
        return milliseconds(self._db.clock())

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pulse.run())
                group.create_task(self._hold_targets())
                group.create_task(self._look())
                group.create_task(self._writer.run())
        finally:
            await self._stop()

    async def _stop(self) -> None:
        looks = list(self._running.values())
        for look in looks:
            look.cancel()
        await asyncio.gather(*looks, return_exceptions=True)
        for vantage in self._vantages:
            await vantage.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
        with suppress(Exception):  # with the database away the lease simply runs out
            async with asyncio.timeout(GIVE_BACK_SECONDS), self._db.transaction(Context(actor=ACTOR)) as tx:
                await leases.give_back(tx, self.name)

    async def _hold_targets(self) -> None:
        """Says that it is alive four times per lease. If that fails for a whole lease, others may look: it stops."""
        held_until = asyncio.get_running_loop().time()
        while True:
            begun = asyncio.get_running_loop().time()
            try:
                await self._renew()
                held_until = begun + self._lease_ms / 1000
            except Exception as error:  # the database is away; looking goes on while the lease lasts
                log.warning("leases_not_renewed", error=str(error)[:300])
                if asyncio.get_running_loop().time() > held_until:
                    self._follow([])
            await asyncio.sleep(self._lease_ms / 4000)

    async def _renew(self) -> None:
        async with self._db.transaction(Context(actor=ACTOR)) as tx:
            held = await leases.renew(
                tx,
                self.name,
                most=self._settings.probe_targets_max,
                lease_ms=self._lease_ms,
                interval_ms=self._settings.probe_interval_ms,
                timeout_ms=self._timeout_ms,
            )
        self._follow(held)

    def _follow(self, held: list[leases.Leased]) -> None:
        self._rounds.follow({target.listing_id: target for target in held})
        self._schedule.follow({target.listing_id: target.interval_ms for target in held}, self._now_ms())
        TARGETS.set(len(held))

    async def _look(self) -> None:
        late = 0
        while True:
            now_ms = self._now_ms()
            for slot in self._schedule.due(now_ms):
                LAG.observe((now_ms - slot.due_ms) / 1000)
                self._begin(slot)
            LATE.inc(self._schedule.late - late)
            late = self._schedule.late
            await asyncio.sleep(max(1, self._schedule.wait_ms(self._now_ms(), WAIT_MOST_MS)) / 1000)

    def _begin(self, slot: Slot) -> None:
        if slot.listing_id in self._running:
            LATE.inc()
            return
        look = asyncio.create_task(self._judge(slot))
        self._running[slot.listing_id] = look
        look.add_done_callback(lambda _: self._running.pop(slot.listing_id, None))

    async def _judge(self, slot: Slot) -> None:
        target = self._rounds.targets.get(slot.listing_id)
        if target is None:
            return
        try:
            self._writer.put(await self._rounds.judge(target, slot.due_ms // slot.interval_ms))
        except Exception:  # a mistake of ours: no verdict, so the target's state runs out into UNKNOWN
            log.exception("round_failed", listing_id=str(slot.listing_id))
