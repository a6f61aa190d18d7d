"""Who may ask the registry for what, and what several routes answer."""

from typing import Annotated

from fastapi import Depends, Request, Response

from services.registry.domain.provider import Provider
from services.registry.queries import providers as queries
from services.registry.schemas.providers import ProviderResponse
from services.registry.settings import RegistrySettings
from shared.db.transaction import Transaction
from shared.errors import Forbidden, StaleVersion, Unauthenticated, VersionRequired
from shared.http.auth import Caller, Role, requires
from shared.http.versions import etag

CanApply = Annotated[Caller, requires(Role.PROVIDER)]
CanDecide = Annotated[Caller, requires(Role.OFFICER)]
CanRead = Annotated[Caller, requires(Role.PROVIDER, Role.OFFICER, Role.REVIEWER, Role.AUDITOR)]
CanSeeQueue = Annotated[Caller, requires(Role.OFFICER, Role.AUDITOR)]
CanReadProfile = Annotated[Caller, requires(Role.PROVIDER, Role.OFFICER)]
STAFF = (Role.OFFICER, Role.REVIEWER, Role.AUDITOR)
DENIED = (Unauthenticated, Forbidden)
VERSIONED = (VersionRequired, StaleVersion)


def _settings(request: Request) -> RegistrySettings:
    settings: RegistrySettings = request.app.state.settings
    return settings


Knobs = Annotated[RegistrySettings, Depends(_settings)]


def only_of(caller: Caller) -> str | None:
    """Staff sees every provider, an account only its own."""
    return None if caller.has(*STAFF) else caller.subject


async def answer_with(tx: Transaction, response: Response, caller: Caller, provider: Provider) -> ProviderResponse:
    response.headers["etag"] = etag(provider.version)
    return ProviderResponse.of(await queries.view(tx, provider), for_staff=caller.has(*STAFF))
