"""The plumbing's tables as migrations: written once, called by a revision of every service.

A service's first revision calls `create_plumbing(op)`. A later change of the plumbing is a new function here, which the
next revision of every service calls; a function that has been released is never edited.
"""

from typing import Any

_FACT = """
    id uuid NOT NULL,
    aggregatetype text NOT NULL,
    aggregateid text NOT NULL,
    sequence bigint NOT NULL,
    type text NOT NULL,
    payload text NOT NULL,
    occurred_at timestamptz NOT NULL,
    correlation_id text NOT NULL,
    causation_id text NOT NULL,
    traceparent text NOT NULL"""

_OUTGOING = (
    """CREATE TABLE aggregate_sequence (
    aggregatetype text NOT NULL,
    aggregateid text NOT NULL,
    last bigint NOT NULL,
    CONSTRAINT pk_aggregate_sequence PRIMARY KEY (aggregatetype, aggregateid))""",
    f"""CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY,{_FACT},
    CONSTRAINT pk_outbox PRIMARY KEY (position))""",
    f"CREATE TABLE event_log (position bigint NOT NULL,{_FACT}) PARTITION BY RANGE (id)",
    "CREATE INDEX ix_event_log_position ON event_log (position)",
    """CREATE TABLE relay_state (
    shard smallint NOT NULL,
    cluster_id text NOT NULL DEFAULT '',
    incarnation text NOT NULL DEFAULT '',
    mode text NOT NULL DEFAULT 'running',
    republish_from bigint,
    republish_upto bigint,
    CONSTRAINT pk_relay_state PRIMARY KEY (shard))""",
)

_RECORD = """
    id bigint GENERATED ALWAYS AS IDENTITY,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    key bytea NOT NULL,
    headers jsonb NOT NULL,
    value bytea NOT NULL,
    received_at timestamptz NOT NULL"""

_INCOMING = (
    """CREATE TABLE inbox (
    event_id uuid NOT NULL,
    CONSTRAINT pk_inbox PRIMARY KEY (event_id)) PARTITION BY RANGE (event_id)""",
    """CREATE TABLE consumer_offset (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    cluster_id text NOT NULL,
    incarnation text NOT NULL,
    problem text NOT NULL DEFAULT '',
    CONSTRAINT pk_consumer_offset PRIMARY KEY (topic, partition))""",
    """CREATE TABLE parked_key (
    topic text NOT NULL,
    key bytea NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL,
    due_at timestamptz,
    parked_at timestamptz NOT NULL,
    CONSTRAINT pk_parked_key PRIMARY KEY (topic, key))""",
    f"CREATE TABLE parked_record ({_RECORD}, CONSTRAINT pk_parked_record PRIMARY KEY (id))",
    "CREATE INDEX ix_parked_record_key ON parked_record (topic, key, id)",
    f"""CREATE TABLE dead_letter ({_RECORD},
    reason text NOT NULL,
    error text NOT NULL,
    resolved_at timestamptz,
    resolution text NOT NULL DEFAULT '',
    CONSTRAINT pk_dead_letter PRIMARY KEY (id))""",
    "CREATE INDEX ix_dead_letter_key ON dead_letter (topic, key, id)",
)

_ACCOUNTABILITY = (
    """CREATE TABLE audit (
    position bigint GENERATED ALWAYS AS IDENTITY,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    target text NOT NULL,
    old jsonb NOT NULL,
    new jsonb NOT NULL,
    reason text NOT NULL,
    correlation_id text NOT NULL,
    sealed smallint NOT NULL DEFAULT 0,
    CONSTRAINT pk_audit PRIMARY KEY (position),
    CONSTRAINT uq_audit_id UNIQUE (id))""",
    "CREATE INDEX ix_audit_unsealed ON audit (position) WHERE sealed = 0",
    "CREATE INDEX ix_audit_correlation_id ON audit (correlation_id)",
    """CREATE TABLE audit_chain (
    number bigint NOT NULL,
    audit_id uuid NOT NULL,
    link bytea NOT NULL,
    CONSTRAINT pk_audit_chain PRIMARY KEY (number),
    CONSTRAINT uq_audit_chain_audit_id UNIQUE (audit_id))""",
    """CREATE TABLE idempotency (
    principal text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status integer NOT NULL,
    headers text NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_idempotency PRIMARY KEY (principal, route, key))""",
    "CREATE INDEX ix_idempotency_created_at ON idempotency (created_at)",
)


def create_plumbing(op: Any) -> None:
    """Outbox, event log, inbox, offsets, parking, audit and idempotency, as `shared/db/tables.py` declares them."""
    for statement in (*_OUTGOING, *_INCOMING, *_ACCOUNTABILITY):
        op.execute(statement)
