"""The OpenAPI document: every operation says each problem it can answer, the roles it needs and its headers."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import RouteContext

from shared import errors
from shared.http import problems
from shared.http.auth import required_roles
from shared.http.idempotency import KEY_PATTERN
from shared.http.routes import api_routes

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_HEADERS: dict[str, dict[str, Any]] = {
    "Idempotency-Key": {
        "required": True,
        "description": "New for each new request, the same on a retry: 1 to 200 visible ASCII characters.",
        "schema": {"type": "string", "pattern": f"^{KEY_PATTERN}$"},
        "example": "0192f3c1-first-try",
    },
    "If-Match": {
        "required": True,
        "description": "The ETag of the version that the change was made against.",
        "schema": {"type": "string", "pattern": r'^"v\d{1,18}"$'},
        "example": '"v3"',
    },
}


def install(app: FastAPI) -> None:
    """Replaces the app's `openapi`; the document is made at its first reading."""

    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    routes = list(api_routes(app))
    document = get_openapi(title=app.title, version=app.version, routes=routes)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = problems.Problem.model_json_schema()
    document["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    }
    for route in routes:
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                _complete(operation, route, method)
    return document


def _complete(operation: dict[str, Any], route: RouteContext, method: str) -> None:
    answers = operation["responses"]
    if "HTTPValidationError" in str(answers.get("422", "")):
        del answers["422"]
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "header" and (told := _HEADERS.get(parameter["name"])):
            parameter.update(told)
    for status, text in _always(operation, route, method).items():
        _tell(answers, status, text)
    for status, answer in answers.items():
        if status >= "4":
            content = answer.setdefault("content", {})
            content.pop("application/json", None)
            content.setdefault(problems.MEDIA_TYPE, {})["schema"] = _PROBLEM
        answer.setdefault("headers", {})["X-Correlation-Id"] = {"schema": {"type": "string"}}


def _always(operation: dict[str, Any], route: RouteContext, method: str) -> dict[str, str]:
    """What the plumbing around a route can answer, by status."""
    found = {"400": "malformed: The request cannot be read", "503": "unavailable: A part is away for the moment"}
    headers = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "header"}
    if "Idempotency-Key" in headers:
        found["400"] += f"; {errors.KeyRequired.code}: {errors.KeyRequired.title}"
    if "If-Match" in headers:
        found["412"] = f"{errors.StaleVersion.code}: {errors.StaleVersion.title}"
        found["428"] = f"{errors.VersionRequired.code}: {errors.VersionRequired.title}"
    if operation.get("parameters") or "requestBody" in operation:
        found["422"] = f"{errors.Invalid.code}: {errors.Invalid.title}"
    if method != "GET":
        found["409"] = f"{errors.Conflict.code}: {errors.Conflict.title}"
        found["413"] = f"{errors.TooLarge.code}: {errors.TooLarge.title}"
    if "requestBody" in operation:
        found["415"] = "unsupported-media-type: The body must be JSON"
    if (roles := required_roles(route.dependant)) is not None:
        operation["security"] = [{"bearer": []}]
        operation["x-roles"] = sorted(roles)
        found["401"] = f"{errors.Unauthenticated.code}: {errors.Unauthenticated.title}"
        found["403"] = f"{errors.Forbidden.code}: {errors.Forbidden.title}"
    return found


def _tell(answers: dict[str, Any], status: str, text: str) -> None:
    answer = answers.setdefault(status, {"description": ""})
    told = [part for part in text.split("; ") if part not in answer["description"]]
    answer["description"] = "; ".join(filter(None, [answer["description"], *told]))
