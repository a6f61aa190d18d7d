"""A trace follows a fact through the broker: the span of a batch is linked to the traces of its facts."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.context import Context
from shared.contracts.envelope import Envelope
from shared.ids import new_id, time_of
from shared.messaging.reaction import context_of
from shared.messaging.tests.stage import running, submitted
from shared.telemetry import span_for_batch


@pytest.fixture
def spans(monkeypatch):
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    return exporter


@pytest.fixture
def envelope():
    identifier = new_id()
    return Envelope(
        id=identifier, type="listing.submitted", source="catalog", time=time_of(identifier), subject="1", sequence=1,
        correlation_id="story", traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    )  # fmt: skip


@pytest.mark.kafka
async def test_the_span_of_a_batch_is_linked_to_the_trace_of_its_fact(stage, spans):
    told = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    listing = new_id()
    async with running(stage.relay, stage.consumer):
        async with stage.owner.transaction(Context(traceparent=told)) as tx:
            tx.emit(submitted(listing, 1))
        await stage.applies(listing, [1])
    (span,) = spans.get_finished_spans()
    assert span.name.endswith("catalog-events apply")
    assert [f"{link.context.trace_id:032x}-{link.context.span_id:016x}" for link in span.links] == [told[3:52]]


def test_what_a_reaction_says_belongs_to_the_span_of_its_batch(spans, envelope):
    assert context_of(envelope).traceparent == envelope.traceparent
    with span_for_batch("apply", [envelope.traceparent]) as span:
        inside = context_of(envelope).traceparent
    assert inside[36:52] == f"{span.get_span_context().span_id:016x}"
