"""Every route of every service says who may call it; what is public is listed here, on purpose."""

import re

import pytest

from shared.contracts import OWNERS
from shared.db.transaction import Database
from shared.http.app import make_app
from shared.http.auth import Role, required_roles
from shared.http.routes import api_routes
from tests.architecture.declared import services

PUBLIC = {
    "registry": {"list_agreements", "get_agreement", "list_requirements", "explain_provider"},
    "catalog": {
        "list_categories",
        "read_category",
        "read_category_version",
        "search_market",
        "count_market_facets",
        "suggest_market_names",
        "show_market_listing",
        "explain_listing",
        "show_image",
    },
    "orders": {"hear_payment_server", "list_reviews"},
    "monitoring": {
        "get_target",
        "list_outages",
        "get_outage",
        "get_availability",
        "list_maintenances",
        "get_maintenance",
    },
    "enforcement": {"list_rulebooks", "list_measures", "explain_target"},
}
PLATFORM = re.compile(r"/(health/.*|metrics)")


def routes_of(service):
    settings = service.settings(database_url="postgresql://nobody@127.0.0.1/nothing")
    app = make_app(service, Database(service.name, settings.database_url), settings)
    return [route for route in api_routes(app) if not PLATFORM.fullmatch(str(route.path_format))]


@pytest.mark.parametrize("service", services(), ids=lambda s: s.name)
def test_only_what_is_listed_here_is_public(service):
    public = {route.operation_id for route in routes_of(service) if required_roles(route.dependant) is None}
    assert public == PUBLIC[service.name]


@pytest.mark.parametrize("service", services(), ids=lambda s: s.name)
def test_every_operation_has_an_id_of_its_own(service):
    ids = [route.operation_id for route in routes_of(service)]
    assert all(ids)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", OWNERS)
async def test_every_route_refuses_every_role_that_it_does_not_name(name, db_for, client_for, token):
    service = next(s for s in services() if s.name == name)
    client = await client_for(name, await db_for(name))
    wrong = []
    for route in routes_of(service):
        roles = required_roles(route.dependant)
        path = re.sub(r"{[^}]*}", "01a20c24-671d-71a3-a41d-a1afadef43d6", route.path_format)
        method = next(iter(route.methods))
        if roles is None:
            continue
        answers = {"nobody": (await client.request(method, path)).status_code}
        for role in Role:
            bearer = {"Authorization": f"Bearer {token(role.value)}"}
            answers[role.value] = (await client.request(method, path, headers=bearer)).status_code
        expected_closed = {role.value for role in Role if role not in roles}
        if answers["nobody"] != 401 or any(answers[role] != 403 for role in expected_closed):
            wrong.append((method, path, answers))
        if any(answers[role.value] in (401, 500) for role in roles):
            wrong.append((method, path, answers))
    assert wrong == []
