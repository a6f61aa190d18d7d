"""A sixth consumer that reacts to every fact and writes down what it applied, in the order in which it did.

It is built from the same relay-proof parts as the services and suffers the same faults, so what it wrote down is what
any consumer would have done. The table has no uniqueness: a fact applied twice must show.
"""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from sqlalchemy import BigInteger, Column, Identity, Table, Text, Uuid

import tests.chaos
from shared.contracts import EVENTS
from shared.db.engine import new_metadata
from shared.db.tables import add_plumbing
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received, on
from shared.service import Service
from shared.settings import ServiceSettings

metadata = new_metadata()
add_plumbing(metadata)
applied = Table(
    "applied",
    metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("source", Text, nullable=False),
    Column("aggregate", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("state", Text, nullable=False),
)


async def write_down(tx: Transaction, received: Sequence[Received[Any]]) -> None:
    await tx.driver.execute(
        """
        INSERT INTO applied (event_id, source, aggregate, key, sequence, type, state)
        SELECT event_id, source, aggregate, key, sequence, type, state
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[])
            WITH ORDINALITY AS f(event_id, source, aggregate, key, sequence, type, state, n)
        ORDER BY n
        """,
        [item.envelope.id for item in received],
        [item.envelope.source for item in received],
        [item.event.wire.aggregate for item in received],
        [item.event.key for item in received],
        [item.envelope.sequence for item in received],
        [item.envelope.type for item in received],
        [item.event.model_dump_json() for item in received],
    )


service = Service(
    name="witness",
    title="Witness",
    package=tests.chaos,
    settings=ServiceSettings,
    metadata=metadata,
    router=APIRouter(),
    reactions=[on(event, write_down) for event in EVENTS.values()],
)
