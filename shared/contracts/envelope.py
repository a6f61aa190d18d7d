"""CloudEvents 1.0 binary mode on Kafka: what surrounds a fact on the wire."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

CONTENT_TYPE = "application/json"
Headers = list[tuple[str, bytes]]
_READ = {
    *("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "ce_subject", "ce_sequence"),
    *("ce_correlationid", "ce_causationid", "traceparent"),
}


class UnreadableEnvelopeError(ValueError):
    """The record is no CloudEvent of this market: a required attribute is missing or malformed."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The attributes of one fact. `sequence` counts 1..n per (aggregate, subject)."""

    id: UUID
    type: str
    source: str
    time: datetime
    subject: str
    sequence: int
    correlation_id: str
    causation_id: str = ""
    traceparent: str = ""

    def headers(self) -> Headers:
        """The Kafka headers, one `ce_` attribute each; optional ones only when they say something."""
        attributes = {
            "ce_specversion": "1.0",
            "ce_id": str(self.id),
            "ce_type": self.type,
            "ce_source": self.source,
            "ce_time": self.time.isoformat(),
            "ce_subject": self.subject,
            "ce_dataschema": f"urn:fairmarket:schema:{self.type}:v1",
            "ce_sequence": str(self.sequence),
            "ce_correlationid": self.correlation_id,
            "ce_causationid": self.causation_id,
            "content-type": CONTENT_TYPE,
            "traceparent": self.traceparent,
        }
        return [(name, value.encode()) for name, value in attributes.items() if value]

    @classmethod
    def from_headers(cls, headers: Iterable[tuple[str, bytes]]) -> "Envelope":
        try:
            found = {name: value.decode() for name, value in headers if name in _READ}
            if found["ce_specversion"] != "1.0":
                raise UnreadableEnvelopeError(f"specversion {found['ce_specversion']!r} is not 1.0")
            time = datetime.fromisoformat(found["ce_time"])
            if time.tzinfo is None:
                raise UnreadableEnvelopeError("ce_time has no time zone")
            return cls(
                id=UUID(found["ce_id"]),
                type=found["ce_type"],
                source=found["ce_source"],
                time=time,
                subject=found["ce_subject"],
                sequence=int(found["ce_sequence"]),
                correlation_id=found.get("ce_correlationid", ""),
                causation_id=found.get("ce_causationid", ""),
                traceparent=found.get("traceparent", ""),
            )
        except KeyError as missing:
            raise UnreadableEnvelopeError(f"header {missing} is missing") from None
        except (ValueError, AttributeError) as error:
            raise UnreadableEnvelopeError(str(error)) from None
