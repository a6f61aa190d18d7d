"""When each target is looked at: at its own place inside the interval, without drift; what is late is left out."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from uuid import UUID


def place(listing_id: UUID, interval_ms: int) -> int:
    """The target's place inside the interval: stable, and spread evenly over all targets."""
    digest = hashlib.blake2b(listing_id.bytes, digest_size=8).digest()
    return int.from_bytes(digest) % interval_ms


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    due_ms: int
    listing_id: UUID
    interval_ms: int


class Schedule:
    """Slots lie at `place + n × interval` of the epoch, so that a restart or another prober finds the same ones."""

    def __init__(self) -> None:
        self._heap: list[Slot] = []
        self._next: dict[UUID, Slot] = {}
        self.late = 0

    def follow(self, intervals: Mapping[UUID, int], now_ms: int) -> None:
        """The targets to look at from now on. Slots of those left out, or under another interval, are passed over."""
        slots = {}
        for listing_id, interval_ms in intervals.items():
            slot = self._next.get(listing_id)
            if slot is None or slot.interval_ms != interval_ms:
                slot = _next_slot(listing_id, interval_ms, now_ms)
                heappush(self._heap, slot)
            slots[listing_id] = slot
        self._next = slots

    def due(self, now_ms: int) -> Iterator[Slot]:
        """Slots whose time has come. One that is late by half an interval is skipped and counted, never caught up."""
        while self._heap and self._heap[0].due_ms <= now_ms:
            slot = heappop(self._heap)
            if self._next.get(slot.listing_id) != slot:
                continue
            following = _next_slot(slot.listing_id, slot.interval_ms, now_ms)
            self._next[slot.listing_id] = following
            heappush(self._heap, following)
            missed, late_ms = divmod(now_ms - slot.due_ms, slot.interval_ms)
            self.late += missed
            if 2 * late_ms > slot.interval_ms:
                self.late += 1
            else:
                yield slot

    def wait_ms(self, now_ms: int, most: int) -> int:
        return max(0, min(most, self._heap[0].due_ms - now_ms)) if self._heap else most


def _next_slot(listing_id: UUID, interval_ms: int, after_ms: int) -> Slot:
    """The first slot strictly after `after_ms`."""
    offset = place(listing_id, interval_ms)
    turns = (after_ms - offset) // interval_ms + 1
    return Slot(offset + turns * interval_ms, listing_id, interval_ms)
