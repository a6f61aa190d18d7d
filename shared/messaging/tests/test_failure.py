"""What is waited for, and what is a fault of ours."""

import asyncpg
import pytest
from aiokafka.errors import KafkaConnectionError, OffsetOutOfRangeError
from sqlalchemy import text

from shared.errors import Conflict, Transient
from shared.messaging.failure import is_transient


@pytest.fixture
async def db(plain_db):
    return await plain_db("orders")


@pytest.mark.parametrize(
    "error",
    [
        Transient(),
        ConnectionRefusedError(),
        OSError("Multiple exceptions: [Errno 111], [Errno 99]"),
        TimeoutError(),
        KafkaConnectionError(),
        OffsetOutOfRangeError(),
        asyncpg.DeadlockDetectedError(),
        asyncpg.AdminShutdownError(),
        asyncpg.CannotConnectNowError(),
        asyncpg.TooManyConnectionsError(),
        asyncpg.ConnectionDoesNotExistError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("another operation is in progress"),
    ],
)
def test_a_part_that_is_away_is_waited_for(error):
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        Conflict("no"),
        FileNotFoundError(),
        PermissionError(),
        asyncpg.UniqueViolationError(),
        asyncpg.CheckViolationError("the ledger does not balance"),
        asyncpg.QueryCanceledError(),
        asyncpg.DataError(),
    ],
)
def test_a_fault_of_ours_is_not(error):
    assert not is_transient(error)


@pytest.mark.parametrize(
    ("sql", "arguments", "waited_for"),
    [
        ("SELECT cast(:x AS int)", {"x": 2**40}, False),
        ("SELECT cast(:x AS text)", {"x": "nul \x00"}, False),
        ("SELECT 1 / 0", {}, False),
        ("SELECT nothing", {}, False),
        ("SELECT pg_terminate_backend(pg_backend_pid())", {}, True),
    ],
)
async def test_the_orms_errors_are_judged_by_their_cause(db, sql, arguments, waited_for):
    async def run():
        async with db.transaction() as tx:
            await tx.session.execute(text(sql), arguments)

    with pytest.raises(Exception) as raised:  # noqa: PT011 - which one it is, is the question
        await run()
    assert is_transient(raised.value) is waited_for
