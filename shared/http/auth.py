"""Who calls and what they may do. The right is visible in the route's signature; a route without one is public."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

from shared.errors import Forbidden, Unauthenticated

ANONYMOUS = "anonymous"
_SCOPE = "fairmarket.caller"


class Role(StrEnum):
    MERCHANT = "merchant"
    PROVIDER = "provider"
    REVIEWER = "reviewer"
    OFFICER = "officer"
    AUDITOR = "auditor"
    FINANCE = "finance"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Caller:
    """`subject` is the token's, an opaque string. What belongs to whom is asked in the query, not here."""

    subject: str
    roles: frozenset[Role]

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)


class RoleCheck:
    """The dependency behind `requires`. Its `roles` can be read by tests and by the OpenAPI document."""

    def __init__(self, roles: frozenset[Role]) -> None:
        self.roles = roles

    async def __call__(self, request: Request) -> Caller:
        caller = await caller_of(request)
        if caller.roles.isdisjoint(self.roles):
            needed = ", ".join(sorted(self.roles))
            raise Forbidden(f"This needs one of the roles: {needed}.", needs=sorted(self.roles))
        return caller


def requires(*roles: Role) -> Any:
    """`CanReview = Annotated[Caller, requires(Role.REVIEWER)]`: any one of them is enough; none named = any role."""
    return Depends(RoleCheck(frozenset(roles or Role)))


def required_roles(dependant: Dependant | None) -> frozenset[Role] | None:
    """The roles that open a route (`route.dependant`), or None when it is public."""
    found = [check.roles for check in _checks(dependant)] if dependant else []
    return frozenset.intersection(*found) if found else None


def _checks(dependant: Dependant) -> Iterable[RoleCheck]:
    for below in dependant.dependencies:
        if isinstance(below.call, RoleCheck):
            yield below.call
        yield from _checks(below)


async def caller_of(request: Request) -> Caller:
    """The caller that the request proves, or Unauthenticated. A transaction and a right both ask, so it is kept."""
    known: Caller | None = request.scope.get(_SCOPE)
    if known is not None:
        return known
    header = request.headers.get("authorization", "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("Send a bearer token: `Authorization: Bearer …`.")
    identify: Callable[[str], Awaitable[Caller]] = request.app.state.tokens.caller
    request.scope[_SCOPE] = known = await identify(token.strip())
    return known


async def actor_of(request: Request) -> str:
    """Who acts, for the audit trail. On a public route an unusable token is as good as none."""
    check = request.app.state.checks.get(request.scope.get("endpoint"))
    if check is not None:
        # Before a transaction is opened, so that a stranger costs no database connection.
        return str((await check(request)).subject)
    if "authorization" not in request.headers:
        return ANONYMOUS
    try:
        return (await caller_of(request)).subject
    except Unauthenticated:
        return ANONYMOUS
