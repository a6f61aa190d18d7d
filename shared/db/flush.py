"""Writes what a transaction collected in one statement: facts into the outbox, audit records, the kept answer.

The statement bumps each aggregate's counter first. That locks the counter row, so two writers of one key serialise
before either draws an outbox position, and `ORDER BY position` is the order of commit per key.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from shared.context import Context
from shared.contracts.event import Event
from shared.ids import new_id

if TYPE_CHECKING:
    from shared.db.transaction import Transaction


PAYLOAD_LIMIT = 200_000


@dataclass(frozen=True, slots=True)
class AuditRecord:
    action: str
    target: str
    old: str
    new: str
    reason: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer to a request with an Idempotency-Key; it commits with the change or not at all."""

    principal: str
    route: str
    key: str
    fingerprint: bytes
    status: int
    headers: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """A data-modifying statement of the caller's own, written by the one statement; `%s` stands for each argument."""

    name: str
    sql: str
    arguments: tuple[Any, ...]


@dataclass(slots=True)
class Pending:
    """Facts and records stand beside the context they were said in: a batch of messages tells many stories."""

    facts: list[tuple[Event, Context]] = field(default_factory=list)
    records: list[tuple[AuditRecord, Context]] = field(default_factory=list)
    answer: KeptAnswer | None = None
    parts: list[Part] = field(default_factory=list)


_FACTS = """
fact AS (
    SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[],
                         %s::text[], %s::text[], %s::text[]) WITH ORDINALITY
        AS f(id, aggregatetype, aggregateid, type, payload, correlation_id, causation_id, traceparent, n)
), counted AS (
    SELECT aggregatetype, aggregateid, count(*) AS facts FROM fact GROUP BY 1, 2 ORDER BY 1, 2
), bumped AS (
    INSERT INTO aggregate_sequence AS s (aggregatetype, aggregateid, last)
    SELECT aggregatetype, aggregateid, facts FROM counted
    ON CONFLICT (aggregatetype, aggregateid) DO UPDATE SET last = s.last + excluded.last
    RETURNING aggregatetype, aggregateid, last
), told AS (
    INSERT INTO outbox (id, aggregatetype, aggregateid, sequence, type, payload, occurred_at,
                        correlation_id, causation_id, traceparent)
    SELECT f.id, f.aggregatetype, f.aggregateid,
           b.last - c.facts + row_number() OVER (PARTITION BY f.aggregatetype, f.aggregateid ORDER BY f.n),
           f.type, f.payload, %s::timestamptz, f.correlation_id, f.causation_id, f.traceparent
    FROM fact f JOIN bumped b USING (aggregatetype, aggregateid) JOIN counted c USING (aggregatetype, aggregateid)
    ORDER BY f.n
)"""

# One fact, which is what hot paths say: the same without arrays, grouping and numbering.
_ONE_FACT = """
bumped AS (
    INSERT INTO aggregate_sequence AS s (aggregatetype, aggregateid, last) VALUES (%s::text, %s::text, 1)
    ON CONFLICT (aggregatetype, aggregateid) DO UPDATE SET last = s.last + 1
    RETURNING aggregatetype, aggregateid, last
), told AS (
    INSERT INTO outbox (id, aggregatetype, aggregateid, sequence, type, payload, occurred_at,
                        correlation_id, causation_id, traceparent)
    SELECT %s::uuid, aggregatetype, aggregateid, last, %s::text, %s::text, %s::timestamptz,
           %s::text, %s::text, %s::text
    FROM bumped
)"""

_AUDIT = """
audited AS (
    INSERT INTO audit (id, at, actor, action, target, old, new, reason, correlation_id)
    SELECT a.id, %s::timestamptz, a.actor, a.action, a.target, a.old::jsonb, a.new::jsonb, a.reason, a.correlation_id
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
        AS a(id, action, target, old, new, reason, actor, correlation_id)
)"""

_ONE_AUDIT = """
audited AS (
    INSERT INTO audit (id, at, actor, action, target, old, new, reason, correlation_id)
    VALUES (%s::uuid, %s::timestamptz, %s::text, %s::text, %s::text, %s::jsonb, %s::jsonb, %s::text, %s::text)
)"""

_ANSWER = """
kept AS (
    INSERT INTO idempotency (principal, route, key, fingerprint, status, headers, body, created_at)
    VALUES (%s::text, %s::text, %s::text, %s::bytea, %s::int, %s::text, %s::bytea, %s::timestamptz)
)"""


def _fact_arguments(tx: "Transaction") -> list[Any]:
    facts = tx.pending.facts
    return [
        [new_id() for _ in facts],
        [event.wire.aggregate for event, _ in facts],
        [event.key for event, _ in facts],
        [event.wire.name for event, _ in facts],
        [payload_of(event) for event, _ in facts],
        [context.correlation_id for _, context in facts],
        [context.causation_id for _, context in facts],
        [context.traceparent for _, context in facts],
        tx.now,
    ]


def _one_fact_arguments(tx: "Transaction", event: Event, context: Context) -> list[Any]:
    return [
        event.wire.aggregate, event.key, new_id(), event.wire.name, payload_of(event), tx.now,
        context.correlation_id, context.causation_id, context.traceparent,
    ]  # fmt: skip


def payload_of(event: Event) -> str:
    """The fact as JSON; one that no broker would take is refused here, where its maker can still be told."""
    payload = event.model_dump_json()
    if len(payload) > PAYLOAD_LIMIT:
        raise ValueError(f"{event.wire.name} has {len(payload)} characters; a fact may have {PAYLOAD_LIMIT}")
    return payload


def _audit_arguments(tx: "Transaction") -> list[Any]:
    records = tx.pending.records
    return [
        tx.now,
        [new_id() for _ in records],
        [record.action for record, _ in records],
        [record.target for record, _ in records],
        [record.old for record, _ in records],
        [record.new for record, _ in records],
        [record.reason for record, _ in records],
        [context.actor for _, context in records],
        [context.correlation_id for _, context in records],
    ]


def _one_audit_arguments(tx: "Transaction", record: AuditRecord, context: Context) -> list[Any]:
    return [
        new_id(), tx.now, context.actor, record.action, record.target, record.old, record.new, record.reason,
        context.correlation_id,
    ]  # fmt: skip


def _answer_arguments(tx: "Transaction", answer: KeptAnswer) -> list[Any]:
    return [
        answer.principal, answer.route, answer.key, answer.fingerprint, answer.status, answer.headers, answer.body,
        tx.now,
    ]  # fmt: skip


def statement(tx: "Transaction", first: int = 1) -> tuple[str, list[Any]]:
    """The `WITH` parts and their arguments, numbered from `$first`; a hot path's own parts come first."""
    pending = tx.pending
    shape: list[str] = []
    arguments: list[Any] = []
    for part in pending.parts:
        shape += ("\n", part.name, " AS (", part.sql, ")", ",")
        arguments += part.arguments
    if len(pending.facts) == 1:
        shape += (_ONE_FACT, ",")
        arguments += _one_fact_arguments(tx, *pending.facts[0])
    elif pending.facts:
        shape += (_FACTS, ",")
        arguments += _fact_arguments(tx)
    if len(pending.records) == 1:
        shape += (_ONE_AUDIT, ",")
        arguments += _one_audit_arguments(tx, *pending.records[0])
    elif pending.records:
        shape += (_AUDIT, ",")
        arguments += _audit_arguments(tx)
    if pending.answer:
        shape += (_ANSWER, ",")
        arguments += _answer_arguments(tx, pending.answer)
    return _numbered(tuple(shape[:-1]), len(arguments), first), arguments


@lru_cache(maxsize=256)
def _numbered(shape: tuple[str, ...], arguments: int, first: int) -> str:
    """Transactions come in few shapes, so the text of each is made once."""
    return "".join(shape) % tuple(f"${first + i}" for i in range(arguments))


async def write(tx: "Transaction") -> None:
    parts, arguments = statement(tx)
    if parts:
        await tx.driver.execute(f"WITH {parts} SELECT", *arguments)
        tx.pending = Pending()
