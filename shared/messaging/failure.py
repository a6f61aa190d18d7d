"""Tells a part that is away from a fault of ours."""

import asyncio

import asyncpg
from aiokafka.errors import KafkaError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shared.errors import Transient

# Serialisation, deadlock, lock timeout, cancelled by an administrator, shutting down, starting up, out of connections.
_TRANSIENT_STATES = {"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "57014", "25P03", "25P04"}


def is_transient(error: BaseException) -> bool:
    """True when the same work may succeed later without anybody changing it."""
    if isinstance(error, DBAPIError) and not isinstance(error, (OperationalError, InterfaceError)):
        original = error.orig
        return bool(error.connection_invalidated) or getattr(original, "sqlstate", "") in _TRANSIENT_STATES
    if isinstance(error, asyncpg.PostgresError):
        state = str(error.sqlstate or "")
        return state in _TRANSIENT_STATES or state.startswith(("08", "53"))
    return isinstance(
        error,
        (
            Transient,
            KafkaError,
            OSError,
            asyncio.TimeoutError,
            OperationalError,
            InterfaceError,
            PoolTimeoutError,
            asyncpg.InterfaceError,
        ),
    )
