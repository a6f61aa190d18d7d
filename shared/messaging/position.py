"""Where to read a partition from, decided from what was stored and what the broker says. Pure.

A loss is detected, never assumed away: there is no automatic offset reset.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stored:
    next_offset: int
    cluster_id: str
    incarnation: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What the log shows now: `first_identity` is empty when its first record is gone or does not exist."""

    begin: int
    end: int
    cluster_id: str
    first_identity: str


@dataclass(frozen=True, slots=True)
class Continue:
    offset: int


@dataclass(frozen=True, slots=True)
class StartOver:
    """Another log than the one that was read: begin again, the inbox knows what was applied."""

    offset: int
    why: str


@dataclass(frozen=True, slots=True)
class Hole:
    """Facts between the stored offset and the log's start are gone from the broker; a person asks for them again."""

    offset: int
    begin: int


Position = Continue | StartOver | Hole


def decide(stored: Stored | None, seen: Seen) -> Position:
    if stored is None:
        return Continue(seen.begin)
    if stored.cluster_id and stored.cluster_id != seen.cluster_id:
        return StartOver(seen.begin, f"cluster {stored.cluster_id} became {seen.cluster_id}")
    if stored.incarnation and seen.first_identity and stored.incarnation != seen.first_identity:
        return StartOver(seen.begin, f"incarnation {stored.incarnation} became {seen.first_identity}")
    if stored.next_offset > seen.end:
        return StartOver(seen.begin, f"offset {stored.next_offset} is above the end {seen.end}")
    if stored.next_offset < seen.begin:
        return Hole(stored.next_offset, seen.begin)
    return Continue(stored.next_offset)
