"""Writes docs/api/asyncapi.yaml (AsyncAPI 3.0) from the contracts: one channel per owner, one message per fact."""

from typing import Any

import yaml

from shared.contracts import EVENTS, OWNERS, topic_of
from shared.contracts.event import Event
from tests.architecture.declared import ROOT
from tests.architecture.flows_document import consumers

_HEADERS: dict[str, Any] = {
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "ce_subject", "ce_sequence"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid", "description": "UUIDv7; the same when a fact is sent again"},
        "ce_type": {"type": "string"},
        "ce_source": {"type": "string"},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_subject": {"type": "string", "description": "the aggregate's id, also the Kafka key"},
        "ce_dataschema": {"type": "string"},
        "ce_sequence": {"type": "string", "description": "1..n per aggregate, without gap"},
        "ce_correlationid": {"type": "string"},
        "ce_causationid": {"type": "string"},
        "traceparent": {"type": "string"},
    },
}


def _message(name: str, event: type[Event]) -> dict[str, Any]:
    example = (ROOT / "shared/contracts/examples" / name / "v1.json").read_text(encoding="utf-8")
    return {
        "name": name,
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip().partition("\n")[0] or event.__name__,
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": event.model_json_schema(ref_template=f"#/components/messages/{name}/payload/$defs/{{model}}"),
        "bindings": {"kafka": {"key": {"type": "string", "description": f"`{event.wire.key}` of the payload"}}},
        "examples": [{"payload": yaml.safe_load(example)}],
    }


def render() -> str:
    heard = consumers()
    channels, operations = {}, {}
    for owner in OWNERS:
        mine = [name for name, event in sorted(EVENTS.items()) if event.wire.owner in (owner, "audit")]
        channels[topic_of(owner)] = {
            "address": topic_of(owner),
            "description": f"Every fact that {owner} says, ordered per key.",
            "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in mine},
        }
        operations[f"{owner}_says"] = _operation("send", owner, mine)
        for listener in OWNERS:
            theirs = [name for name in mine if any(service == listener for service, _ in heard[name])]
            if theirs and listener != owner:
                operations[f"{listener}_hears_{owner}"] = _operation("receive", owner, theirs)
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Fairmarket facts",
            "version": "1",
            "description": "CloudEvents 1.0 in binary mode. Contracts only grow; a breaking change is a new type.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {
            "schemas": {"Headers": _HEADERS},
            "messages": {name: _message(name, event) for name, event in sorted(EVENTS.items())},
        },
    }
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)


def _operation(action: str, owner: str, names: list[str]) -> dict[str, Any]:
    channel = topic_of(owner)
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names],
    }
