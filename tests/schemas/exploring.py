"""Asks a service whatever its OpenAPI document allows, and more, and holds every answer against the document."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.generation.modes import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks as openapi_checks

NOBODY, FORGED = "", "forged"
_HELD: list[Any] = [
    not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
]


@dataclass(frozen=True)
class Explorer:
    """`known` are ids that exist: a request about them comes further than one about a made-up id."""

    client: httpx2.AsyncClient
    tokens: Mapping[str, str]
    known: Sequence[str]
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    def explore(self, document: dict[str, Any], examples: int) -> list[str]:
        """What was found against the document, one text per operation. Runs in a thread of its own."""
        config = SchemathesisConfig(
            projects=ProjectsConfig(default=ProjectConfig(generation=GenerationConfig(deterministic=True)))
        )
        schema = schemathesis.openapi.from_dict(document, config=config)
        found = []
        for result in schema.get_all_operations():
            operation = result.ok()
            try:
                self._explore_operation(operation, examples)
            except BaseExceptionGroup as failures:
                found.append(f"{operation.label}: {failures}")
        return found

    def _explore_operation(self, operation: APIOperation[Any, Any, Any, Any], examples: int) -> None:
        positive = operation.as_strategy(GenerationMode.POSITIVE)
        cases = (
            st.one_of(positive, operation.as_strategy(GenerationMode.NEGATIVE)) if _takes_input(operation) else positive
        )

        @given(case=cases, who=st.sampled_from(sorted(self.tokens)), data=st.data())
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: Any, who: str, data: st.DataObject) -> None:
            for name in case.path_parameters if self.known else ():
                if data.draw(st.integers(0, 3)):
                    case.path_parameters[name] = data.draw(st.sampled_from(self.known))
            response = self._ask(case, self.tokens[who])
            case.validate_response(response, checks=_HELD)

        ask()

    def _ask(self, case: Any, token: str) -> httpx2.Response:
        case.headers.pop("Authorization", None)
        sent = requests.Request(**case.as_transport_kwargs(base_url=str(self.client.base_url))).prepare()
        if token:
            sent.headers["Authorization"] = f"Bearer {token}"
        request = self.client.request(str(sent.method), str(sent.url), content=sent.body, headers=dict(sent.headers))
        return asyncio.run_coroutine_threadsafe(request, self.loop).result(30)


def _takes_input(operation: APIOperation[Any, Any, Any, Any]) -> bool:
    return bool(list(operation.iter_parameters()) or operation.body)
