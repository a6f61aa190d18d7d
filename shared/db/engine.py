"""The SQLAlchemy engine over asyncpg, and the naming convention that migrations rely on."""

from typing import Any

from sqlalchemy import MetaData, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# A frozen process must not hold row locks for ever, and nobody may wait for one without end. Helpers of a single query
# take longer to start than any query here takes, and every core has a query of its own.
SERVER_SETTINGS = {
    "idle_in_transaction_session_timeout": "15s",
    "statement_timeout": "60s",
    "lock_timeout": "10s",
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
}


def new_metadata() -> MetaData:
    return MetaData(naming_convention=NAMING)


def make_engine(url: str, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        isolation_level="AUTOCOMMIT",
        connect_args={"server_settings": SERVER_SETTINGS, "timeout": 5, "command_timeout": 70},
        hide_parameters=True,  # errors are logged, and parameters hold what people wrote
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    """A restarted server leaves dead connections in the pool, which cannot know: statements go to the driver."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError("closed by the server")
