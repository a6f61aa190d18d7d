"""Traces that follow a fact through Kafka. Without an OTLP endpoint nothing is made and nothing is sent."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, StatusCode, TraceFlags

from shared.context import current_context
from shared.settings import ServiceSettings

MOST_LINKS = 128
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
_QUIET = ("/health/", "/metrics", "/openapi.json", "/docs")


def configure(settings: ServiceSettings, service_name: str, processor: SpanProcessor | None = None) -> bool:
    """Once per process, before the app is made. True when spans are made; `processor` replaces the OTLP export."""
    if not settings.otlp_endpoint and processor is None:
        return False
    provider = TracerProvider(resource=Resource.create({"service.name": service_name}))
    endpoint = f"{settings.otlp_endpoint.rstrip('/')}/v1/traces"
    provider.add_span_processor(processor or BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
    return True


def for_app() -> TelemetryConfig:
    """FastAPI's own request spans: only when `configure` was called, never for probes of the platform."""
    return {
        "tracing": enabled(),
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": False,
        "exclude": lambda scope: scope["path"].startswith(_QUIET),
    }


def enabled() -> bool:
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


def is_traceparent(text: str) -> bool:
    return _TRACEPARENT.fullmatch(text) is not None


def running_span() -> str:
    """The traceparent of the span that is open now; empty when there is none."""
    span = trace.get_current_span().get_span_context()
    return f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}" if span.is_valid else ""


def current_traceparent() -> str:
    """Of the open span; without one what the context carries, so that a caller's trace survives the way through."""
    return running_span() or current_context().traceparent


def _links(traceparents: Sequence[str]) -> Iterator[Link]:
    for text in list(dict.fromkeys(traceparents))[:MOST_LINKS]:
        if found := _TRACEPARENT.fullmatch(text):
            trace_id, span_id, flags = (int(part, 16) for part in found.groups())
            yield Link(SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags)))


@contextmanager
def span_for_batch(name: str, links: Sequence[str] = (), **attributes: Any) -> Iterator[Span]:
    """A span around many records, linked to the trace of each one: a batch has many causes and no single parent."""
    if not enabled():
        yield trace.INVALID_SPAN
        return
    tracer = trace.get_tracer("fairmarket")
    with tracer.start_as_current_span(
        name,
        kind=SpanKind.CONSUMER,
        links=list(_links(links)),
        attributes=attributes,
        record_exception=False,  # its text may quote what people wrote
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except Exception as error:
            span.set_attribute("error.type", type(error).__qualname__)
            span.set_status(StatusCode.ERROR)
            raise
