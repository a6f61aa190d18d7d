"""A market with one rulebook, one provider and one listing, and clients that ask as somebody."""

from datetime import datetime
from uuid import UUID

import httpx2
import pytest

from services.enforcement.tests.asking import LISTING, PROVIDER, As
from services.enforcement.tests.builders import NOON, an_outage, hear, publish, the_case
from shared.clock import SettableClock
from shared.db.transaction import Database
from shared.testing.fixtures import ClientFor
from shared.testing.issuer import Token


@pytest.fixture
async def market(db: Database, clock: SettableClock) -> Database:
    clock.at = datetime.now(NOON.tzinfo)
    await publish(db)
    await hear(db, PROVIDER)
    await hear(db, LISTING)
    return db


@pytest.fixture
def as_(market: Database, client_for: ClientFor, token: Token) -> As:
    """`await as_("officer", "anna")`: a client of the API that calls as anna."""

    async def make(role: str, subject: str) -> httpx2.AsyncClient:
        return await client_for("enforcement", market, token(role, subject))

    return make


@pytest.fixture
async def public(market: Database, client_for: ClientFor) -> httpx2.AsyncClient:
    return await client_for("enforcement", market)


@pytest.fixture
async def anna(as_: As) -> httpx2.AsyncClient:
    return await as_("officer", "anna")


@pytest.fixture
async def bela(as_: As) -> httpx2.AsyncClient:
    return await as_("officer", "bela")


@pytest.fixture
async def acme(as_: As) -> httpx2.AsyncClient:
    return await as_("provider", "acme")


@pytest.fixture
async def case_id(market: Database, clock: SettableClock) -> UUID:
    await hear(market, an_outage(listing_id=LISTING.listing_id, provider_id=PROVIDER.provider_id, started_at=clock.at))
    return (await the_case(market, LISTING.listing_id))[0]


@pytest.fixture
async def at_noon(market: Database, clock: SettableClock) -> Database:
    clock.at = NOON
    return market
