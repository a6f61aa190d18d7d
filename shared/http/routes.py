"""Reads the routing table: the template that a request matched, and all routes of an app."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.types import Scope


def template_of(scope: Scope) -> str:
    """`/v1/things/{thing_id}` of the matched route; empty when nothing matched."""
    included = scope.get("fastapi", {}).get("effective_route_context")
    return getattr(included or scope.get("route"), "path_format", "")


def api_routes(app: FastAPI) -> Iterator[RouteContext]:
    """Every API route with its whole path, however deeply its router is included."""
    return (route for route in iter_route_contexts(app.routes) if isinstance(route.original_route, APIRoute))
