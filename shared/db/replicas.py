"""Replicas: another service's aggregate, kept here from its full-state facts.

A later state supersedes an earlier one by `sequence`, so a lost or repeated fact heals with the next.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Column, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from shared.contracts.event import Event

if TYPE_CHECKING:
    from shared.db.transaction import Transaction
    from shared.messaging.reaction import Received


def replica_table(name: str, metadata: MetaData, *more: Any) -> Table:
    """A table (key, sequence, state as JSON). Columns that are queried by are added as generated ones."""
    return Table(
        name,
        metadata,
        Column("key", Text, primary_key=True),
        Column("sequence", BigInteger, nullable=False),
        Column("state", JSONB, nullable=False),
        *more,
    )


async def keep(tx: "Transaction", table: Table, received: "Sequence[Received[Any]]") -> list[str]:
    """Stores the newest state of each key; returns the keys whose state really advanced."""
    newest: dict[str, tuple[int, Event]] = {}
    for item in received:
        key = item.event.key
        known = newest.get(key)
        if known is None or known[0] < item.envelope.sequence:
            newest[key] = (item.envelope.sequence, item.event)
    keys = sorted(newest)
    rows = await tx.driver.fetch(
        f"""
        INSERT INTO {table.name} AS r (key, sequence, state)
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[]::jsonb[])
        ON CONFLICT (key) DO UPDATE SET sequence = excluded.sequence, state = excluded.state
        WHERE r.sequence < excluded.sequence
        RETURNING key
        """,
        keys,
        [newest[key][0] for key in keys],
        [newest[key][1].model_dump_json() for key in keys],
    )
    return [row["key"] for row in rows]
