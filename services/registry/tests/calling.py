"""What tests of the open platform need: a live application, its keys, what hits it, and what gateways heard."""

import json

from services.registry.tests.builders import a_cause
from services.registry.tests.leaving import an_admitted, hear
from shared.contracts.catalog import ListingKind, ListingLifecycle, ListingPublished
from shared.contracts.effects import Effect, Target
from shared.contracts.enforcement import RestrictionChanged
from shared.ids import new_id

REASON = {"reason": "the secret was seen in a log"}
TOLD = "SELECT payload FROM outbox WHERE type = 'app_access.changed' ORDER BY position"


async def an_app(db):
    """A live application of account-1: (listing_id, provider_id)."""
    provider_id = await an_admitted(db)
    return await a_listing(db, provider_id), provider_id


async def a_listing(db, provider_id, kind=ListingKind.APPLICATION):
    listing_id = new_id()
    await tell_listing(db, listing_id, provider_id, kind)
    return listing_id


async def tell_listing(db, listing_id, provider_id, kind=ListingKind.APPLICATION, category="erp"):
    await hear(
        db,
        ListingPublished(
            listing_id=listing_id, provider_id=provider_id, kind=kind, category=category, name="An application",
            callback_url="", plans=(), lifecycle=ListingLifecycle.LIVE, version=1, published_at=db.clock(),
        ),
    )  # fmt: skip


async def restrict(db, kind, target_id, *causes, category=""):
    target = Target(kind=kind, id=target_id, category=category)
    await hear(db, RestrictionChanged(target_key=target.key, target=target, causes=causes))


def blocking(clock, **values):
    return a_cause(Effect.CALL_API, Effect.USE, measure="clear", **({"from_": clock.at} | values))


async def issue(client, app_id, key="key-1", **body):
    return await client.post(f"/v1/apps/{app_id}/keys", json=body, headers={"Idempotency-Key": key})


async def decision(gateway, key):
    answer = (await gateway.get(f"/v1/access/{key}")).json()
    return answer["allowed"], [cause["clause"] for cause in answer["causes"]]


async def told(db):
    """What gateways were told, in order: (allowed, how many keys, clauses)."""
    async with db.transaction() as tx:
        rows = await tx.driver.fetch(TOLD)
    states = [json.loads(row["payload"]) for row in rows]
    return [(s["allowed"], len(s["keys"]), [cause["clause"] for cause in s["causes"]]) for s in states]
