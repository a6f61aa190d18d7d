"""A vantage: a way of looking at targets with its own session, and its own record of how many of them fail."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from uuid import UUID

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar

from services.monitoring.domain.timeline import State
from services.monitoring.domain.vantage import VantageRecord
from services.monitoring.leases import Leased
from services.monitoring.prober.look import Look, look
from services.monitoring.prober.metrics import LOOKS, SUSPECT
from services.monitoring.prober.pulse import Pulse
from services.monitoring.settings import MonitoringSettings
from shared.addresses import parse_networks
from shared.way_out import guarded_connector

PROOF_GAP_SECONDS = 1.0


class Vantage:
    def __init__(
        self, name: str, settings: MonitoringSettings, threads: Executor, clock_ms: Callable[[], int], pulse: Pulse
    ) -> None:
        self.name = name
        self.record = VantageRecord(
            suspect_percent=settings.probe_suspect_percent, minimum=settings.probe_suspect_minimum
        )
        self._clock_ms = clock_ms
        self._pulse = pulse
        self._places = asyncio.Semaphore(settings.probe_concurrency)
        self._proving = asyncio.Lock()
        self._proven_at = 0.0
        self._proof_gap = min(PROOF_GAP_SECONDS, settings.probe_interval_ms / 1000)
        self._session = ClientSession(
            connector=guarded_connector(parse_networks(settings.probe_allow_networks), settings.probe_ports, threads),
            timeout=ClientTimeout(total=None),
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
        )

    async def close(self) -> None:
        await self._session.close()

    async def look(self, target: Leased, believed: State) -> Look:
        async with self._places:
            found = await look(
                self._session,
                self.name,
                target.url,
                timeout_ms=target.timeout_ms,
                clock_ms=self._clock_ms,
                late_since=self._pulse.late_since,
            )
        LOOKS.labels(self.name, {True: "up", False: "down", None: "unable"}[found.vote.up]).inc()
        if believed is State.DOWN or found.vote.up is None:
            self.record.forget(target.listing_id)
        else:
            self.record.note(target.listing_id, found.vote.at_ms, up=found.vote.up)
        return found

    async def is_suspect(
        self, since_ms: int, targets: Mapping[UUID, Leased], believed: Callable[[UUID], State]
    ) -> bool:
        """Whether its failures since `since_ms` are its own fault: if need be other targets bear witness first."""
        async with self._proving:  # one round of witnesses serves all that wait, and they are not asked all the time
            if self.record.witnesses(since_ms):
                await asyncio.sleep(self._proven_at + self._proof_gap - asyncio.get_running_loop().time())
                asked = [targets[listing] for listing in self.record.witnesses(since_ms) if listing in targets]
                await asyncio.gather(*(self.look(target, believed(target.listing_id)) for target in asked))
                self._proven_at = asyncio.get_running_loop().time()
        suspect = self.record.is_suspect(since_ms)
        SUSPECT.labels(self.name).set(suspect)
        return suspect
