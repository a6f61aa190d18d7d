"""Reviews by real buyers: who may write one, what everybody reads, what staff hides, and the rating that is told."""

import asyncio
from typing import Any
from uuid import UUID

import httpx2
import pytest

from services.orders.domain.errors import ReviewHidden
from services.orders.domain.review import NOTHING, Review, ReviewStatus, Weight, rating_of
from services.orders.tests.builders import FREEZE, NOW, a_cause, a_market, a_restriction, a_while, hear, on_listing
from services.orders.tests.conftest import Shop
from services.orders.use_cases.reviewing import tell_ratings
from services.orders.use_cases.subscribing import expire_subscriptions
from shared.contracts.catalog import ListingPublished
from shared.ids import new_id

GOOD = {"rating": 5, "text": " 打单很快。\n客服及时。 "}
MOVES = {"edit": lambda it: it.edit(1, "", NOW), "hide": lambda it: it.hide("an attack"), "restore": Review.restore}


@pytest.mark.parametrize(
    ("status", "move", "becomes"),
    [
        (ReviewStatus.VISIBLE, "edit", ReviewStatus.VISIBLE),
        (ReviewStatus.VISIBLE, "hide", ReviewStatus.HIDDEN),
        (ReviewStatus.VISIBLE, "restore", None),
        (ReviewStatus.HIDDEN, "edit", None),
        (ReviewStatus.HIDDEN, "hide", None),
        (ReviewStatus.HIDDEN, "restore", ReviewStatus.VISIBLE),
    ],
)
def test_each_status_of_a_review_allows_what_the_table_says(status, move, becomes):
    review = Review(new_id(), new_id(), new_id(), "merchant-a", 4, "good", NOW, status=status)
    if becomes is None:
        with pytest.raises(ReviewHidden):
            MOVES[move](review)
    else:
        MOVES[move](review)
        assert review.status is becomes
    assert (review.weight == NOTHING) is (review.status is ReviewStatus.HIDDEN)


def test_a_rating_is_the_mean_to_two_decimals_and_none_without_reviews():
    listing_id = new_id()
    assert rating_of(listing_id, Weight(14, 3), NOW).rating == 4.67
    assert rating_of(listing_id, NOTHING, NOW).rating is None


async def write(client: httpx2.AsyncClient, listing_id: UUID, key: str = "", **changes: Any) -> httpx2.Response:
    path = f"/v1/listings/{listing_id}/reviews"
    return await client.post(path, json=GOOD | changes, headers={"Idempotency-Key": key or str(new_id())})


async def change(
    client: httpx2.AsyncClient, review_id: str, version: int, step: str = "", **body: Any
) -> httpx2.Response:
    path, match = f"/v1/reviews/{review_id}", {"If-Match": f'"v{version}"'}
    if step:
        return await client.post(f"{path}/{step}", json={"reason": "an advertisement"}, headers=match)
    return await client.put(path, json=GOOD | body, headers=match)


async def ratings(shop: Shop) -> list[tuple[float | None, int]]:
    return [(fact["rating"], fact["count"]) for fact in await shop.facts("rating.changed")]


@pytest.fixture
async def bought(shop: Shop) -> ListingPublished:
    listing = await a_market(shop.db)
    await shop.buy(listing.listing_id)
    return listing


async def test_a_buyer_writes_one_review_that_everybody_reads_without_its_author(shop: Shop, bought, client_for):
    first, again = [await write(shop.client, bought.listing_id, "once") for _ in range(2)]
    assert (first.status_code, first.json()) == (201, again.json())
    assert (first.headers["etag"], first.json()["text"]) == ('"v1"', "打单很快。\n客服及时。")
    twice = await write(shop.client, bought.listing_id, rating=1)
    assert (twice.json()["code"], twice.json()["review_id"]) == ("already-reviewed", first.json()["review_id"])
    public = await client_for("orders", shop.db)
    page = (await public.get(f"/v1/listings/{bought.listing_id}/reviews")).json()
    assert [(item["rating"], item["edited_at"]) for item in page["items"]] == [(5, None)]
    assert "merchant-a" not in str(page)
    assert await ratings(shop) == [(5.0, 1)]


async def test_only_who_has_or_had_it_reviews_it_and_never_its_own_provider(shop: Shop, bought, client_for, token):
    assert (await write(shop.other, bought.listing_id)).json()["code"] == "not-a-buyer"
    assert (await write(shop.client, new_id())).json()["code"] == "unknown-listing"
    own = await client_for("orders", shop.db, token("merchant", "provider-1"))
    async with shop.db.transaction() as tx:
        await tx.driver.execute("UPDATE subscription SET merchant_id = 'provider-1'")
    assert (await write(own, bought.listing_id)).json()["code"] == "not-a-buyer"
    async with shop.db.transaction() as tx:
        await tx.driver.execute("UPDATE subscription SET merchant_id = 'merchant-a'")
    shop.clock.advance(a_while(days=31))
    async with shop.db.transaction() as tx:
        await expire_subscriptions(tx)
    assert (await write(shop.client, bought.listing_id)).status_code == 201, "what has run out was bought all the same"


async def test_whose_money_went_back_is_no_buyer(shop: Shop, bought):
    await hear(shop.db, a_restriction(on_listing(bought.listing_id), a_cause(FREEZE)))
    await shop.pay_refunds()
    assert (await write(shop.client, bought.listing_id)).json()["code"] == "not-a-buyer"


async def test_an_edit_changes_the_rating_and_needs_the_version_that_was_read(shop: Shop, bought):
    review_id = (await write(shop.client, bought.listing_id)).json()["review_id"]
    edited = await change(shop.client, review_id, 1, rating=2)
    assert (edited.status_code, edited.headers["etag"], edited.json()["rating"]) == (200, '"v2"', 2)
    assert edited.json()["edited_at"] is not None
    assert (await change(shop.client, review_id, 1, rating=3)).json()["code"] == "stale-version"
    assert (await change(shop.other, review_id, 2, rating=1)).json()["code"] == "unknown-review"
    assert (await shop.other.get(f"/v1/reviews/{review_id}")).status_code == 404
    await change(shop.client, review_id, 2, rating=2, text="only the words")
    assert await ratings(shop) == [(5.0, 1), (2.0, 1)], "words alone change no rating"


async def test_staff_hides_a_review_with_a_reason_and_takes_it_back(shop: Shop, bought, client_for, token):
    review_id = (await write(shop.client, bought.listing_id)).json()["review_id"]
    staff = await client_for("orders", shop.db, token("reviewer", "anna"))
    assert (await change(shop.client, review_id, 1, "hiding")).status_code == 403
    hidden = await change(staff, review_id, 1, "hiding")
    assert (hidden.json()["status"], hidden.json()["hidden_reason"]) == ("hidden", "an advertisement")
    assert (await shop.client.get(f"/v1/listings/{bought.listing_id}/reviews")).json()["items"] == []
    assert (await shop.client.get(f"/v1/reviews/{review_id}")).json()["hidden_reason"] == "an advertisement"
    for refused in (await change(shop.client, review_id, 2), await change(staff, review_id, 2, "hiding")):
        assert refused.json()["code"] == "review-hidden"
    assert (await change(staff, review_id, 2, "restoration")).json()["status"] == "visible"
    assert await ratings(shop) == [(5.0, 1), (None, 0), (5.0, 1)]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"rating": 0}, "/rating"),
        ({"rating": 6}, "/rating"),
        ({"rating": 4.5}, "/rating"),
        ({"rating": "5"}, "/rating"),
        ({"text": "x" * 2_001}, "/text"),
        ({"text": "a\x00b"}, "/text"),
        ({"text": "\x1b[31m"}, "/text"),
        ({"more": 1}, "/more"),
    ],
)
async def test_a_review_that_is_none_is_refused_with_its_place(shop: Shop, changes, pointer):
    refused = await write(shop.client, new_id(), **changes)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_buyers_who_write_at_once_are_all_counted_and_the_rating_is_told_again(shop: Shop, bought):
    async with shop.db.transaction() as tx:
        await tx.driver.execute(
            "INSERT INTO subscription SELECT gen_random_uuid(), 'merchant-b', listing_id, provider_id, status,"
            " starts_at, ends_at, version FROM subscription"
        )
    answers = await asyncio.gather(
        write(shop.client, bought.listing_id, rating=5),
        write(shop.client, bought.listing_id, rating=5),
        write(shop.other, bought.listing_id, rating=2),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409]
    assert (await ratings(shop))[-1] == (3.5, 2)
    async with shop.db.transaction() as tx:
        assert await tell_ratings(tx, "", 5) == ""
    assert (await ratings(shop))[-2:] == [(3.5, 2), (3.5, 2)]
