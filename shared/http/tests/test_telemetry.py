"""Traces follow a fact: from the request to its outbox row, and from the row to the span of its batch."""

import pytest
from httpx2 import AsyncClient
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared import telemetry
from shared.context import Context, restore_context, set_context
from shared.db.transaction import Database
from shared.http.tests import notes
from shared.settings import ServiceSettings
from shared.testing.fixtures import ClientFor

CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    return exporter


async def test_a_request_and_what_it_writes_are_one_trace(
    spans: InMemorySpanExporter, client_for: ClientFor, db: Database
):
    client: AsyncClient = await client_for(notes.service, db)
    row = (await client.get("/v1/context", headers={"traceparent": CALLER})).json()["trace"]
    (span,) = spans.get_finished_spans()
    assert span.name == "GET /v1/context"
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == "00f067aa0ba902b7"
    assert row == f"00-4bf92f3577b34da6a3ce929d0e0e4736-{span.context.span_id:016x}-01"
    await client.get("/health/live")
    assert len(spans.get_finished_spans()) == 1


def test_a_batch_is_linked_to_the_trace_of_each_of_its_records(spans: InMemorySpanExporter):
    other = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
    with telemetry.span_for_batch("catalog apply", [CALLER, other, CALLER, "", "nonsense"], records=5):
        inside = telemetry.current_traceparent()
    (span,) = spans.get_finished_spans()
    assert [f"{link.context.trace_id:032x}" for link in span.links] == [CALLER[3:35], other[3:35]]
    assert span.links[0].context.is_remote
    assert span.attributes == {"records": 5}
    assert inside[3:35] == f"{span.context.trace_id:032x}"


def test_without_an_exporter_no_span_is_made_and_the_callers_trace_passes_through():
    assert telemetry.configure(ServiceSettings(database_url="postgresql://"), "notes") is False
    before = set_context(Context(traceparent=CALLER))
    with telemetry.span_for_batch("catalog apply", [CALLER]) as span:
        assert not span.get_span_context().is_valid
        assert telemetry.current_traceparent() == CALLER
    restore_context(before)
