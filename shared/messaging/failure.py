"""Tells a part that is away from a fault of ours."""

import asyncio

import asyncpg
from aiokafka.errors import KafkaError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shared.errors import Transient

# Serialisation, deadlock, lock timeout, administrator shutdown, crash, starting up, idle for too long. A statement that
# ran out of its own time (57014) is not among them: it would do so for ever.
_TRANSIENT_STATES = {"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "25P03", "25P04"}


def is_transient(error: BaseException) -> bool:
    """True when the same work may succeed later without anybody changing it."""
    if isinstance(error, DBAPIError) and not isinstance(error, (OperationalError, InterfaceError)):
        original = error.orig
        return bool(error.connection_invalidated) or getattr(original, "sqlstate", "") in _TRANSIENT_STATES
    if isinstance(error, asyncpg.PostgresError):
        state = str(error.sqlstate or "")
        return state in _TRANSIENT_STATES or state.startswith(("08", "53"))
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, ValueError)  # a bad argument is a fault of ours
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
        ),
    )
