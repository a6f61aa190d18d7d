"""What the registry's HTTP tests share."""

import pytest

from services.registry.seed import seed_agreements


@pytest.fixture
async def as_(db, client_for, token):
    """`await as_("officer", "anna")`: a client that calls as that person; "" calls without a token."""
    async with db.transaction() as tx:
        await seed_agreements(tx)

    async def make(role, sub=""):
        return await client_for("registry", db, token(role, sub) if role else "")

    return make
