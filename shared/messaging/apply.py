"""Applies one partition's batch exactly once in effect: offset, inbox, writes and new facts in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition

from shared.clock import utc_now
from shared.db.transaction import Database, Transaction
from shared.messaging import store
from shared.messaging.failure import is_transient
from shared.messaging.metrics import CONSUMED
from shared.messaging.outcome import DeadLetter, NotYet, Outcome, Reason
from shared.messaging.position import Stored
from shared.messaging.reaction import Reaction, Received, context_of
from shared.messaging.record import INCARNATION_HEADER, Decoded, Decoder, Fact, Poison, identity_of, incarnation_of
from shared.telemetry import span_for_batch


class OtherLogError(Exception):
    """These records are not what follows in the log that this partition was positioned in."""

    def __init__(self, tp: TopicPartition, says: str) -> None:
        super().__init__(f"{tp.topic}-{tp.partition}: {says}")
        self.says = says


@dataclass(slots=True)
class _Plan:
    """What becomes of each record of a batch."""

    facts: list[tuple[ConsumerRecord, Fact]] = field(default_factory=list)
    buried: list[tuple[ConsumerRecord, Poison]] = field(default_factory=list)
    parked: list[ConsumerRecord] = field(default_factory=list)


class Applier:
    """`tolerated` holds what records said against a log that, looked at again, was still the known one; `begun_by`
    the first record of each log, as far as it is still there."""

    def __init__(self, db: Database, decoder: Decoder, own_topic: str) -> None:
        self._db = db
        self._decoder = decoder
        self._own_topic = own_topic
        self.tolerated: dict[TopicPartition, set[str]] = {}
        self.begun_by: dict[TopicPartition, str] = {}

    async def apply(self, tp: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        """All of it in one transaction; if a reaction fails, record by record, so that only the poison stops."""
        try:
            await self._apply_once(tp, records)
        except Exception as error:
            if isinstance(error, OtherLogError) or is_transient(error):
                raise
            for record in records:
                await self._apply_alone(tp, record)

    async def _apply_once(self, tp: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        async with self._db.transaction() as tx:
            at = await store.lock_position(tx.driver, tp)
            fresh = [record for record in records if record.offset >= at.next_offset]
            if not fresh:
                return
            incarnation = self._checked_incarnation(tp, fresh, at)
            parked = await store.lock_parked(tx.driver, tp.topic, {record.key or b"" for record in fresh})
            plan = self._plan([record for record in fresh if not self._is_premature(tp, record)], parked)
            applied = await self._carry_out(tx, tp, plan)
            await store.advance(tx.driver, tp, fresh[-1].offset + 1, incarnation)
        self._count(Outcome.DONE, applied)
        self._count(Outcome.DUPLICATE, len(plan.facts) - applied)
        self._count(Outcome.DEAD_LETTER, len(plan.buried))
        self._count(Outcome.PARKED, len(plan.parked))

    def _checked_incarnation(self, tp: TopicPartition, fresh: Sequence[ConsumerRecord], at: Stored) -> str:
        """The partition's incarnation; raises when these records do not follow on what was applied of it."""
        tolerated = self.tolerated.get(tp, ())
        first = fresh[0]
        gap = f"{at.next_offset} is followed by {first.offset}"
        if first.offset > at.next_offset and gap not in tolerated:
            raise OtherLogError(tp, gap)
        known = at.incarnation or _incarnation_begun_by(first)
        expected = (INCARNATION_HEADER, known.encode())
        for record in fresh:
            if not known or (record.headers and record.headers[-1] == expected):  # where a relay puts it
                continue
            said = incarnation_of(record)
            if said and said != known and said not in tolerated:
                raise OtherLogError(tp, said)
        return known

    def _is_premature(self, tp: TopicPartition, record: ConsumerRecord) -> bool:
        """Written by a relay that had not yet noticed that its log was replaced.

        It noticed by that very record, or at its next look, and then sends the whole window again, in order and with
        this record in its place. Applied here, the record would overtake facts that only the lost log held.
        """
        begun_by, said = self.begun_by.get(tp), incarnation_of(record)
        return bool(begun_by and said) and said != begun_by

    def _decode(self, record: ConsumerRecord) -> Decoded:
        # By the real time, not the business clock: the inbox's partitions follow the calendar.
        return self._decoder.decode(record, record.topic == self._own_topic, utc_now())

    def _plan(self, records: Sequence[ConsumerRecord], parked: set[bytes]) -> _Plan:
        plan, stopped = _Plan(), set(parked)
        for record in records:
            decoded = self._decode(record)
            if not isinstance(decoded, (Fact, Poison)):
                continue
            if (record.key or b"") in stopped:
                plan.parked.append(record)
            elif isinstance(decoded, Fact):
                plan.facts.append((record, decoded))
            else:
                plan.buried.append((record, decoded))
                if decoded.parks:
                    stopped.add(record.key or b"")
        return plan

    async def _carry_out(self, tx: Transaction, tp: TopicPartition, plan: _Plan) -> int:
        """Returns how many facts were new."""
        applied = 0
        if plan.facts:
            traces = [fact.received.envelope.traceparent for _, fact in plan.facts]
            with span_for_batch(f"{tp.topic} apply", traces, service=tx.service):
                applied = await self._react(tx, [fact for _, fact in plan.facts])
        for record, poison in plan.buried:
            await self._bury(tx, record, poison)
        if plan.parked:
            await store.park_records(tx.driver, plan.parked, tx.now)
        return applied

    async def _react(self, tx: Transaction, facts: Sequence[Fact]) -> int:
        """Runs of one type go to their reaction together; their order, and each key's, stays that of the log."""
        new = await store.first_times(tx.driver, (fact.received.envelope.id for fact in facts))
        applied = len(new)
        run: list[Received[Any]] = []
        reaction: Reaction | None = None
        for fact in facts:
            if fact.received.envelope.id not in new:
                continue
            new.discard(fact.received.envelope.id)
            if reaction is not None and fact.reaction is not reaction:
                await _hand_over(tx, reaction, run)
                run = []
            reaction = fact.reaction
            run.append(fact.received)
        if reaction is not None:
            await _hand_over(tx, reaction, run)
        return applied

    async def _bury(self, tx: Transaction, record: ConsumerRecord, poison: Poison) -> None:
        await store.bury(tx.driver, record, poison.letter, tx.now)
        if poison.parks:
            await store.park_key(tx.driver, record.topic, record.key or b"", state="dead", due_at=None, now=tx.now)

    async def _apply_alone(self, tp: TopicPartition, record: ConsumerRecord) -> None:
        """One record in its own transaction; if its reaction fails, burying or parking it is another one."""
        try:
            await self._apply_once(tp, [record])
        except Exception as error:
            if isinstance(error, OtherLogError) or is_transient(error):
                raise
            await self._stop_key(tp, record, error)

    async def _stop_key(self, tp: TopicPartition, record: ConsumerRecord, error: Exception) -> None:
        async with self._db.transaction() as tx:
            at = await store.lock_position(tx.driver, tp)
            if record.offset < at.next_offset:
                return
            if isinstance(error, NotYet):
                key, due_at = record.key or b"", tx.now + error.after
                await store.park_key(tx.driver, tp.topic, key, state="waiting", due_at=due_at, now=tx.now)
                await store.park_records(tx.driver, [record], tx.now)
            else:
                await self._bury(tx, record, self.poison_of(record, error))
            await store.advance(tx.driver, tp, record.offset + 1, at.incarnation or _incarnation_begun_by(record))
        self._count(Outcome.RETRY_LATER if isinstance(error, NotYet) else Outcome.DEAD_LETTER, 1)

    def poison_of(self, record: ConsumerRecord, error: Exception) -> Poison:
        """What a record is whose reaction failed for good. A full state does not stop its key."""
        decoded = self._decode(record)
        superseded = isinstance(decoded, Fact) and decoded.reaction.event.wire.full_state
        reason = Reason.RETRIES_EXHAUSTED if isinstance(error, NotYet) else Reason.HANDLER_FAILED
        return Poison(DeadLetter(reason, f"{type(error).__name__}: {error}"), parks=not superseded)

    async def apply_parked(self, tx: Transaction, record: ConsumerRecord) -> Poison | None:
        """Applies one kept record inside the drain's transaction; returns why it is still poison."""
        decoded = self._decode(record)
        if isinstance(decoded, Poison):
            return decoded
        if isinstance(decoded, Fact):
            await self._react(tx, [decoded])
        return None

    async def give_up(self, tx: Transaction, record: ConsumerRecord) -> None:
        """A later copy of this fact must not stop its key again."""
        decoded = self._decode(record)
        if isinstance(decoded, Fact):
            await store.first_times(tx.driver, [decoded.received.envelope.id])

    def _count(self, outcome: Outcome, amount: int) -> None:
        if amount:
            CONSUMED.labels(self._db.service, outcome.value).inc(amount)


async def _hand_over(tx: Transaction, reaction: Reaction, run: list[Received[Any]]) -> None:
    tx.context = context_of(run[0].envelope)
    await reaction.handle(tx, run)


def _incarnation_begun_by(record: ConsumerRecord) -> str:
    return identity_of(record) if record.offset == 0 else ""
