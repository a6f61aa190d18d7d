"""What is hidden leaves no trace: every public answer is that of a market in which it never was."""

from datetime import timedelta

from services.catalog.reactions.rating_changed import keep_rating
from services.catalog.tests.builders import a_cause, a_market, restrict
from services.catalog.tests.shelf import on_sale, tell
from shared.contracts.effects import Effect, Target
from shared.contracts.orders import RatingChanged

QUESTIONS = [
    "/v1/market",
    "/v1/market?limit=1",
    "/v1/market?q=打单",
    "/v1/market?q=打单&limit=1",
    "/v1/market?q=密款",
    "/v1/market?q=密语",
    "/v1/market?q=secretword",
    "/v1/market?sort=rating&limit=1",
    "/v1/market?sort=availability",
    "/v1/market?category=design",
    "/v1/market?price_max=5000",
    "/v1/market/facets",
    "/v1/market/facets?q=打单",
    "/v1/market/facets?q=密款打单",
    "/v1/market/facets?category=design",
    "/v1/market/suggestions?q=打",
    "/v1/market/suggestions?q=sec",
    "/v1/market/suggestions?q=密款打",
]


async def answers(client):
    found = []
    for question in QUESTIONS:
        answer = await client.get(question)
        assert answer.status_code == 200, answer.text
        found.append((question, answer.text, answer.headers["etag"]))
        cursor = answer.json().get("next")
        if cursor:
            following = await client.get(f"{question}&cursor={cursor}")
            assert following.status_code == 200, following.text
            found.append((question, following.text, "next"))
    return found


async def test_a_hidden_listing_is_in_no_answer_count_suggestion_cursor_or_tag(db, as_, clock):
    [seller] = await a_market(db)
    nobody = await as_("")
    for number in range(3):
        clock.advance(timedelta(minutes=1))
        await on_sale(db, seller, f"打单{number}款")
    before = await answers(nobody)
    clock.advance(timedelta(minutes=1))
    secret = await on_sale(db, seller, "密款打单 Secretword", details="<p>密语</p>", category="design")
    await tell(db, keep_rating, RatingChanged(listing_id=secret.listing_id, rating=5, count=9, changed_at=clock.at))
    assert await answers(nobody) != before
    page = await nobody.get(f"/v1/market/{secret.listing_id}")
    target = Target(kind="listing", id=secret.listing_id)
    await restrict(db, target, a_cause(Effect.LIST, Effect.ORDER, from_=clock.at))
    assert await answers(nobody) == before
    again = await nobody.get(f"/v1/market/{secret.listing_id}", headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 404


async def test_what_lapses_comes_back_without_a_message(db, as_, clock):
    [seller] = await a_market(db)
    nobody = await as_("")
    listing = await on_sale(db, seller, "打单")
    before = (await nobody.get("/v1/market")).text
    cause = a_cause(Effect.LIST, from_=clock.at, until=clock.at + timedelta(hours=1))
    await restrict(db, Target(kind="listing", id=listing.listing_id), cause)
    assert (await nobody.get("/v1/market")).json()["items"] == []
    clock.advance(timedelta(hours=1))
    assert (await nobody.get("/v1/market")).text == before


async def test_every_answer_is_to_be_asked_for_again(db, as_):
    [seller] = await a_market(db)
    await on_sale(db, seller, "打单")
    nobody = await as_("")
    for question in ("/v1/market", "/v1/market/facets", "/v1/market/suggestions?q=打"):
        answer = await nobody.get(question)
        assert answer.headers["cache-control"] == "no-cache"
        assert (await nobody.get(question, headers={"If-None-Match": answer.headers["etag"]})).status_code == 304
