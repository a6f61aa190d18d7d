"""Reads the routing table: the template that a request matched, and all routes of an app."""

from collections.abc import Iterator, Sequence
from inspect import signature
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import BaseRoute
from starlette.types import Scope

_DECLARED = [name for name in signature(APIRoute).parameters if hasattr(APIRoute("/", lambda: None), name)]
# By identity, because routers have no hash; each keeps its router, so that no other one can get its number.
_FLAT: dict[int, tuple[APIRouter, list[BaseRoute]]] = {}


def template_of(scope: Scope) -> str:
    """`/v1/things/{thing_id}` of the matched route; empty when nothing matched."""
    included = scope.get("fastapi", {}).get("effective_route_context")
    return getattr(included or scope.get("route"), "path_format", "")


def api_routes(app: FastAPI) -> Iterator[RouteContext]:
    """Every API route with its whole path, however deeply its router is included."""
    return (route for route in iter_route_contexts(app.routes) if isinstance(route.original_route, APIRoute))


def flat(router: APIRouter) -> Sequence[BaseRoute]:
    """The routes of a router and of those it includes, in one list and by their whole paths.

    An included router matches each request twice, which costs a third of a small request. Routes know no app, so all
    apps of a declared router, which is complete by then, share them.
    """
    known = _FLAT.get(id(router))
    if known is None:
        known = _FLAT[id(router)] = router, _flattened(router)
    return known[1]


def _flattened(router: APIRouter) -> list[BaseRoute]:
    contexts = list(iter_route_contexts(router.routes))
    if not all(isinstance(context.original_route, APIRoute) for context in contexts):
        return list(router.routes)
    return [type(context.original_route)(**_declaration(context)) for context in contexts]


def _declaration(context: RouteContext) -> dict[str, Any]:
    """What the route was declared with, and over it what its inclusions add."""
    return {name: getattr(context, name, getattr(context.original_route, name)) for name in _DECLARED}
