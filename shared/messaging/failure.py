"""Tells a part that is away from a fault of ours."""

import asyncio

import asyncpg
from aiokafka.errors import KafkaError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shared.errors import Transient

# Serialisation, deadlock, lock timeout, administrator shutdown, crash, starting up, idle for too long. A statement that
# ran out of its own time (57014) is not among them: it would do so for ever.
_TRANSIENT_STATES = {"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "25P03", "25P04"}


# Files are ours; an OSError about anything else is about a connection.
_FILES = (FileNotFoundError, FileExistsError, PermissionError, IsADirectoryError, NotADirectoryError)


def is_transient(error: BaseException) -> bool:
    """True when the same work may succeed later without anybody changing it."""
    if isinstance(error, DBAPIError):
        cause = error.orig.__cause__ if error.orig is not None else None
        return error.connection_invalidated or (cause is not None and is_transient(cause))
    if isinstance(error, (asyncpg.InvalidCachedStatementError, asyncpg.InternalClientError)):
        return True  # a migration went by; the server went away between two messages
    if isinstance(error, asyncpg.PostgresError):
        state = str(error.sqlstate or "")
        # The day's partition of inbox or event_log is made by a job that may not have run yet.
        lacks_partition = isinstance(error, asyncpg.CheckViolationError) and "no partition of relation" in str(error)
        return state in _TRANSIENT_STATES or state.startswith(("08", "53")) or lacks_partition
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, ValueError)  # a bad argument is a fault of ours
    if isinstance(error, asyncpg.InternalClientError):
        return True  # a statement met its connection's end half way; only the connection is broken
    if isinstance(error, _FILES):
        return False
    return isinstance(error, (Transient, KafkaError, OSError, asyncio.TimeoutError, PoolTimeoutError))
