"""A route for hot paths: it takes a body, a caller and the request, and gets them without the general machinery.

FastAPI resolves any signature at each call, which costs as much as the business of a short call. This route reads its
three parameters directly. Whatever is unusual (another content type, a body that does not fit, tracing) goes the
general way, so every answer, the document and the rights are the same.
"""

from collections.abc import Callable, Coroutine
from typing import Any, get_type_hints

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from shared import telemetry
from shared.http.auth import RoleCheck

_PARAMETERS = {"body", "caller", "request", "return"}


class HotRoute(APIRoute):
    """For `APIRouter(route_class=…)`; the endpoint is `(body: Model, caller: Right, request: Request) -> Response`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        general = super().get_route_handler()
        endpoint = self.endpoint
        model, check = _read(endpoint)

        async def handle(request: Request) -> Response:
            if request.headers.get("content-type") != "application/json" or telemetry.enabled():
                return await general(request)
            try:
                body = model.model_validate_json(await request.body())
            except (ValidationError, ClientDisconnect):
                return await general(request)
            answer: Response = await endpoint(body=body, caller=await check(request), request=request)
            return answer

        return handle


def _read(endpoint: Callable[..., Any]) -> tuple[type[BaseModel], RoleCheck]:
    hints = get_type_hints(endpoint, include_extras=True)
    right = getattr(hints.get("caller"), "__metadata__", (None,))[0]
    check = getattr(right, "dependency", None)
    if set(hints) != _PARAMETERS or hints["request"] is not Request or not isinstance(check, RoleCheck):
        raise TypeError(f"{endpoint.__name__} must take body, caller with a right, and request, and nothing else")
    return hints["body"], check
