"""What one Kafka record is to this service: a marker, something to skip, poison, or a fact to react to. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from shared.contracts import EVENTS
from shared.contracts.envelope import Envelope, UnreadableEnvelopeError
from shared.messaging.outcome import DeadLetter, Reason
from shared.messaging.reaction import Reaction, Received

MARKER_HEADER = "fm_marker"
INCARNATION_HEADER = "fm_incarnation"
FUTURE_TOLERANCE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Marker:
    """The first record of a partition, written when its topic was made; carries nothing."""


@dataclass(frozen=True, slots=True)
class Skip:
    """A fact this service does not react to. It leaves no row in the inbox."""


@dataclass(frozen=True, slots=True)
class Poison:
    """A record that can never be applied as it is. `parks` is false where the next full state supersedes it."""

    letter: DeadLetter
    parks: bool


@dataclass(frozen=True, slots=True)
class Fact:
    reaction: Reaction
    received: Received[Any]


Decoded = Marker | Skip | Poison | Fact


def identity_of(record: ConsumerRecord) -> str:
    """Who a record is. The first record's identity is the incarnation of its partition."""
    headers = dict(record.headers)
    found = headers.get(MARKER_HEADER) or headers.get("ce_id") or b""
    return found.decode(errors="replace") or f"anonymous-{record.timestamp}"


def incarnation_of(record: ConsumerRecord) -> str:
    """The incarnation its producer believed to write into; empty when it did not say."""
    said = dict(record.headers).get(INCARNATION_HEADER)
    return said.decode(errors="replace") if said else ""


@dataclass(frozen=True, slots=True)
class Decoder:
    """Decodes for one service: `reactions` by wire name; facts older than the inbox can no longer be deduplicated."""

    service: str
    reactions: Mapping[str, Reaction]
    inbox_for: timedelta

    def decode(self, record: ConsumerRecord, own_topic: bool, now: datetime) -> Decoded:
        if any(name == MARKER_HEADER for name, _ in record.headers[:1]):  # it stands alone
            return Marker()
        try:
            envelope = Envelope.from_headers(record.headers)
        except UnreadableEnvelopeError as error:
            return Poison(DeadLetter(Reason.UNREADABLE, str(error)), parks=True)
        reaction = self.reactions.get(envelope.type)
        if reaction is None:
            if own_topic and envelope.type not in EVENTS:
                return Poison(DeadLetter(Reason.UNKNOWN_TYPE, envelope.type), parks=True)
            return Skip()
        return self._decode_fact(record, envelope, reaction, now)

    def _decode_fact(self, record: ConsumerRecord, envelope: Envelope, reaction: Reaction, now: datetime) -> Decoded:
        parks = not reaction.event.wire.full_state
        if envelope.id.version != 7:
            return Poison(DeadLetter(Reason.UNREADABLE, "ce_id is no UUIDv7"), parks)
        # In milliseconds, not as an instant: a forged id may lie beyond the last year that a datetime can say.
        age = now.timestamp() * 1000 - (envelope.id.int >> 80)
        if age < -FUTURE_TOLERANCE.total_seconds() * 1000:
            return Poison(DeadLetter(Reason.FROM_FUTURE, f"ce_id {envelope.id}"), parks)
        if age > self.inbox_for.total_seconds() * 1000:
            return Poison(DeadLetter(Reason.TOO_OLD, f"ce_id {envelope.id} is older than the inbox"), parks)
        if record.value is None:
            return Poison(DeadLetter(Reason.INVALID, "the record has no value"), parks)
        try:
            event = reaction.event.model_validate_json(record.value)
        except ValidationError as error:
            # The input itself stays out: an error text may be shown to people who may not read the fact.
            text = str(error.errors(include_url=False, include_input=False, include_context=False))
            return Poison(DeadLetter(Reason.INVALID, text[:2000]), parks)
        if event.key != (record.key or b"").decode(errors="replace"):
            return Poison(DeadLetter(Reason.INVALID, "the record's key is not the fact's key"), parks)
        return Fact(reaction, Received(event, envelope))
