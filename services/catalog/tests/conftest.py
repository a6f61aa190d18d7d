"""Callers of the catalog in a market that knows two sellers."""

import pytest

from services.catalog.tests.builders import a_market, a_seller


@pytest.fixture
async def seller(db):
    return (await a_market(db, a_seller(), a_seller(account_id="other")))[0]


@pytest.fixture
async def as_(seller, db, client_for, token):
    """`await as_("reviewer", "rita")`: a client that calls as that person; "" calls without a token."""

    async def make(role, sub=""):
        return await client_for("catalog", db, token(role, sub) if role else "")

    return make
