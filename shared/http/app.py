"""From a service's declaration to its HTTP app."""

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.cors import CORSMiddleware

from shared import telemetry
from shared.db.transaction import Database
from shared.http import failures, health, openapi, timeline
from shared.http.auth import RoleCheck, required_roles
from shared.http.edge import Edge
from shared.http.health import Readiness
from shared.http.routes import api_routes, flat
from shared.http.tokens import Tokens
from shared.http.uploads import upload_limits
from shared.service import Service
from shared.settings import ServiceSettings

_SENT = [
    "Accept-Language",
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "traceparent",
]
_EXPOSED = ["ETag", "Location", "Idempotency-Replayed", "Retry-After", "WWW-Authenticate"]
_CORRELATION = "X-Correlation-Id"


def make_app(service: Service, db: Database, settings: ServiceSettings, readiness: Readiness | None = None) -> FastAPI:
    """The API of one service. It neither opens nor closes `db`: who made it does."""
    app = FastAPI(
        title=service.title,
        version="1",
        docs_url="/docs",
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        telemetry=telemetry.for_app(),
    )
    app.state.db = db
    app.state.settings = settings
    app.state.readiness = readiness
    app.state.tokens = Tokens(settings)
    for router in (service.router, timeline.router, health.router):
        app.router.routes.extend(flat(router))
    app.state.checks = {
        route.endpoint: RoleCheck(roles)
        for route in api_routes(app)
        if (roles := required_roles(route.dependant)) is not None
    }
    failures.install(app)
    openapi.install(app)
    app.add_middleware(
        Edge, service=service.name, body_limit=settings.body_limit_bytes, uploads=upload_limits(api_routes(app))
    )
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=[*_SENT, _CORRELATION],
            expose_headers=[*_EXPOSED, _CORRELATION],
            max_age=600,
        )
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name
