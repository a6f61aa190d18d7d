"""Identifiers: UUIDv7, so that they sort by the time they were made and carry it."""

from datetime import UTC, datetime
from uuid import UUID

import uuid_utils.compat as uuid_utils


def new_id() -> UUID:
    return uuid_utils.uuid7()


def floor_id(at: datetime) -> UUID:
    """The smallest UUIDv7 of the instant `at`: a partition bound for rows that belong to a time."""
    milliseconds = int(at.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | 0x2 << 62)


def time_of(identifier: UUID) -> datetime:
    """The instant a UUIDv7 was made at, to the millisecond."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, tz=UTC)
