"""Asks a service whatever its OpenAPI document allows, and more, and holds every answer against the document."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi import checks as openapi_checks

_HELD: list[Any] = [
    not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
]
# What a database, a log or a parser may stumble over, put where a value of the document was.
ODDITIES: tuple[Any, ...] = (
    "\x00", "a\x00b", "\ud800", "\udfff x", "\u2028", "\u202e", "💥" * 200, "A" * 30_000, "", " ", "%00", "../..",
    2**31, 2**63, -(2**63) - 1, 10**400, 1e308, -1, 0, 1.5, float("nan"), float("inf"), True, None, [], {}, [[]],
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-02-30T00:00:00Z", "' OR 1=1 --",
)  # fmt: skip
_CURSORS = ("", "AA", "%", "bm90IGpzb24", "A" * 999, "\u4e2d", "eyJhdCI6MX0", "' OR 1=1 --")


@dataclass(frozen=True)
class Explorer:
    """`tokens` by whose they are; `likely` are values by the name of what takes them: with them a request gets far."""

    client: httpx2.AsyncClient
    tokens: Mapping[str, str]
    likely: Mapping[str, Sequence[Any]]
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    reached: dict[str, set[int]] = field(default_factory=dict)

    def explore(self, document: dict[str, Any], examples: int) -> list[str]:
        """What was found against the document, one text per operation. To be run in a thread of its own."""
        generation = GenerationConfig(deterministic=True)
        config = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=generation)))
        found = []
        for result in schemathesis.openapi.from_dict(document, config=config).get_all_operations():
            operation: Any = result.ok()  # type: ignore[union-attr]
            allowed = document["paths"][operation.path][operation.method.lower()].get("x-roles", ["nobody"])
            failures = self._explore_operation(operation, allowed, examples)
            found += [f"{operation.label}: {failure}" for failure in failures[:1]]
        return found

    def _explore_operation(self, operation: Any, allowed: list[str], examples: int) -> list[str]:
        """Failures are noted and not raised: what is asked changes the service, so that nothing can be replayed."""
        failures: list[str] = []
        valid = operation.as_strategy(GenerationMode.POSITIVE)
        takes_input = bool(list(operation.iter_parameters()) or operation.body)
        cases = st.one_of(valid, valid, operation.as_strategy(GenerationMode.NEGATIVE)) if takes_input else valid
        allowed = allowed + [name for role in allowed if (name := f"another {role}") in self.tokens]
        people = st.one_of(st.sampled_from(allowed), st.sampled_from(allowed), st.sampled_from(sorted(self.tokens)))

        @given(case=cases, who=people, data=st.data())
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: Any, who: str, data: st.DataObject) -> None:
            self._make_it_likely(case, data)
            response = self._ask(case, self.tokens[who], _odd_body(case, data) if operation.body else None)
            self.reached.setdefault(operation.label, set()).add(response.status_code)
            try:
                case.validate_response(response, checks=_HELD)
            except BaseExceptionGroup as failure:
                failures.append(str(failure))

        ask()
        return failures

    def _make_it_likely(self, case: Any, data: st.DataObject) -> None:
        """Most of the time: things that exist, versions that they have, keys that are new, and cursors that look so."""
        case.body = deepcopy(case.body)
        body = case.body if isinstance(case.body, dict) else {}
        for values in (case.path_parameters or {}, case.query or {}, body):
            for name in sorted(values.keys() & self.likely.keys()):
                if data.draw(st.integers(0, 5)):
                    values[name] = data.draw(st.sampled_from(self.likely[name]))
        if "cursor" in (case.query or {}):
            case.query["cursor"] = data.draw(st.sampled_from(_CURSORS))
        headers = case.headers or {}
        if "If-Match" in headers and data.draw(st.integers(0, 3)):
            headers["If-Match"] = f'"v{data.draw(st.sampled_from((1, 1, 2, 2, 3, 8)))}"'
        if "Idempotency-Key" in headers and data.draw(st.integers(0, 3)):
            headers["Idempotency-Key"] = uuid4().hex

    def _ask(self, case: Any, token: str, body: bytes | None) -> httpx2.Response:
        case.headers.pop("Authorization", None)
        sent = requests.Request(**case.as_transport_kwargs(base_url=str(self.client.base_url))).prepare()
        headers = {name: str(value) for name, value in sent.headers.items() if name.lower() != "content-length"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        content: Any = sent.body if body is None else body
        request = self.client.request(str(sent.method), str(sent.url), content=content, headers=headers)
        return asyncio.run_coroutine_threadsafe(request, self.loop).result(30)


def _odd_body(case: Any, data: st.DataObject) -> bytes | None:
    """The body with one value replaced by an oddity, now and then."""
    if not isinstance(case.body, dict | list) or data.draw(st.integers(0, 3)):
        return None
    places = list(_places(case.body))
    if not places:
        return None
    body = json.loads(json.dumps(case.body))
    *path, last = data.draw(st.sampled_from(places))
    inner = body
    for step in path:
        inner = inner[step]
    inner[last] = data.draw(st.sampled_from(ODDITIES))
    return json.dumps(body).encode()


def _places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything inside of a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inside:
        yield (*above, key)
        yield from _places(below, (*above, key))
