"""A route for hot paths: it takes a caller or anybody, the request, and a body, query or path parameters.

FastAPI resolves any signature at each call, which costs as much as the business of a short call. This route reads its
parameters directly. Whatever is unusual (another content type, input that does not fit, tracing) goes the general way,
so every answer, the document and the rights are the same.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from fastapi import Request, params
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from shared import telemetry
from shared.http.auth import RoleCheck


@dataclass(frozen=True, slots=True)
class _Reader:
    """What the endpoint is called with besides the caller; without a right anybody may ask."""

    check: RoleCheck | None
    body: type[BaseModel] | None
    query: Mapping[str, type[BaseModel]]
    path: Mapping[str, TypeAdapter[Any]]

    async def read(self, request: Request) -> dict[str, Any]:
        given = {name: kind.validate_python(request.path_params[name]) for name, kind in self.path.items()}
        for name, model in self.query.items():
            given[name] = model.model_validate(dict(request.query_params))
        if self.body is not None:
            given["body"] = self.body.model_validate_json(await request.body())
        return given

    def takes(self, request: Request) -> bool:
        return self.body is None or request.headers.get("content-type") == "application/json"


class HotRoute(APIRoute):
    """For `APIRouter(route_class=…)`; the endpoint is `(caller: Right, request: Request) -> Response`.

    It may take `body: Model`, too, `wish: Annotated[Model, Query()]` with all parameters of the query, and any of the
    path's. What everybody may read takes no caller.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        general = super().get_route_handler()
        endpoint = self.endpoint
        reader = _reader(endpoint, set(self.param_convertors))

        async def handle(request: Request) -> Response:
            if not reader.takes(request) or telemetry.enabled():
                return await general(request)
            try:
                given = await reader.read(request)
            except (ValidationError, ClientDisconnect):
                return await general(request)
            if reader.check is not None:
                given["caller"] = await reader.check(request)
            answer: Response = await endpoint(request=request, **given)
            return answer

        return handle


def _reader(endpoint: Callable[..., Any], in_path: set[str]) -> _Reader:
    hints = get_type_hints(endpoint, include_extras=True)
    hints.pop("return", None)
    public = "caller" not in hints
    right = getattr(hints.pop("caller", None), "__metadata__", (None,))[0]
    check = getattr(right, "dependency", None)
    taken = hints.pop("request", None)
    body = hints.pop("body", None)
    query = {name: hints.pop(name).__origin__ for name in [name for name, kind in hints.items() if _is_query(kind)]}
    if taken is not Request or not (public or isinstance(check, RoleCheck)) or not set(hints) <= in_path:
        raise TypeError(f"{endpoint.__name__} must take caller with a right, request, body, path texts, nothing else")
    return _Reader(check, body, query, {name: TypeAdapter(kind) for name, kind in hints.items()})


def _is_query(kind: Any) -> bool:
    """Whether it is a model that holds all parameters of the query."""
    models = isinstance(kind_of := getattr(kind, "__origin__", None), type) and issubclass(kind_of, BaseModel)
    return models and any(isinstance(each, params.Query) for each in kind.__metadata__)
