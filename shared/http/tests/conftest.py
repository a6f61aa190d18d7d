"""A client of the made-up service of `notes.py`, on a real database."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from shared.db.transaction import Database
from shared.http.tests import notes
from shared.testing.fixtures import ClientFor, PlainDb
from shared.testing.issuer import Token


@pytest.fixture
async def db(plain_db: PlainDb) -> AsyncIterator[Database]:
    db = await plain_db("notes", notes.metadata)
    yield db
    notes.gate.close_for(0)


@pytest.fixture
async def client(client_for: ClientFor, db: Database, token: Token) -> httpx2.AsyncClient:
    """Calls as the merchant m-1."""
    return await client_for(notes.service, db, token("merchant", "m-1"))


@pytest.fixture
async def stranger(client_for: ClientFor, db: Database) -> httpx2.AsyncClient:
    """Calls without a token."""
    return await client_for(notes.service, db)
