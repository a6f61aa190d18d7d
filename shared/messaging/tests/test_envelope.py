"""Law 8: CloudEvents 1.0 binary mode, with the SDK as oracle."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts import EVENTS
from shared.contracts.envelope import Envelope, UnreadableEnvelopeError
from shared.ids import new_id
from shared.messaging.tests.stage import record_of, submitted

_text = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)
_instants = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_envelopes = st.builds(
    Envelope,
    id=st.builds(new_id),
    type=st.sampled_from(sorted(EVENTS)),
    source=st.sampled_from(["catalog", "orders"]),
    time=_instants,
    subject=_text,
    sequence=st.integers(1, 2**62),
    correlation_id=_text,
    causation_id=st.just("") | _text,
    traceparent=st.just("") | st.just("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
)


@given(_envelopes)
def test_what_is_written_is_read_back(envelope):
    assert Envelope.from_headers(envelope.headers()) == envelope


@given(_envelopes)
def test_the_sdk_reads_what_we_write(envelope):
    message = KafkaMessage(headers=dict(envelope.headers()), key=None, value=b'{"a":1}')
    event = from_binary(message, JSONFormat(), CloudEvent)
    told = event.get_attributes()
    assert (told["id"], told["type"], told["source"]) == (str(envelope.id), envelope.type, envelope.source)
    assert (told["time"], told["subject"]) == (envelope.time, envelope.subject)
    assert told["sequence"] == str(envelope.sequence)
    assert event.get_data() == {"a": 1}


def test_we_read_what_the_sdk_writes():
    attributes = {
        "specversion": "1.0",
        "id": str(new_id()),
        "type": "listing.submitted",
        "source": "catalog",
        "time": datetime(2026, 11, 24, 8, 30, tzinfo=timezone(timedelta(hours=8))),
        "subject": "a listing of 商家",
        "datacontenttype": "application/json",
        "dataschema": "urn:fairmarket:schema:listing.submitted:v1",
        "sequence": "7",
        "correlationid": "story",
    }
    written = to_binary(CloudEvent(attributes, {"a": 1}), JSONFormat())
    read = Envelope.from_headers(list(written.headers.items()))
    assert (str(read.id), read.type, read.source) == (attributes["id"], "listing.submitted", "catalog")
    assert (read.time, read.subject, read.sequence) == (attributes["time"], attributes["subject"], 7)
    assert read.correlation_id == "story"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_specversion", b"0.3"),
        ("ce_id", b"not-a-uuid"),
        ("ce_time", b"yesterday"),
        ("ce_time", b"2026-11-24T08:30:00"),
        ("ce_sequence", b"many"),
        ("ce_subject", b"\xff\xfe"),
        ("ce_type", None),
    ],
)
def test_a_malformed_attribute_is_unreadable(name, value):
    headers = dict(record_of(submitted(new_id(), 1), "t").headers) | {name: value}
    with pytest.raises(UnreadableEnvelopeError):
        Envelope.from_headers(list(headers.items()))


@pytest.mark.parametrize("name", ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "ce_subject"])
def test_a_missing_attribute_is_unreadable_and_named(name):
    headers = [(n, v) for n, v in record_of(submitted(new_id(), 1), "t").headers if n != name]
    with pytest.raises(UnreadableEnvelopeError, match=name):
        Envelope.from_headers(headers)
