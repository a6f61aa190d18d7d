"""The platform moves a listing to another category: one proposes, another one decides, and both are told why."""

import json
from datetime import timedelta

import pytest

from services.catalog import store
from services.catalog.domain.category import Category
from services.catalog.domain.errors import MoveDecided, SecondReviewerNeeded
from services.catalog.domain.move import Move, MoveState, misplacement
from services.catalog.rules import category_tree
from services.catalog.tests.asking import problem, publish
from services.catalog.tests.builders import (
    NOW,
    a_cause,
    a_content,
    a_live,
    a_market,
    a_seller,
    a_submitted,
    approve,
    qualified_for,
    restrict,
    told,
)
from services.catalog.use_cases import listings, moves
from shared.contracts.catalog import ListingKind
from shared.contracts.effects import Effect, Target
from shared.ids import new_id

TREE = {entry.code: entry for entry in category_tree()}
BODY = {"category": "shop-operation", "is_misplacement": True, "reason": "it runs shops"}


def a_move(**values):
    return Move(new_id(), new_id(), new_id(), "erp", "design", False, "redrawn", "rita", NOW, **values)


@pytest.mark.parametrize("state", MoveState)
@pytest.mark.parametrize("act", ["confirm", "decline"])
def test_only_a_proposed_move_is_decided(state, act):
    move = a_move(state=state)
    if state is MoveState.PROPOSED:
        getattr(move, act)(by="olga", at=NOW, reason="right")
        assert (move.state, move.version) == (MoveState(f"{act.rstrip('e')}ed"), 2)
    else:
        with pytest.raises(MoveDecided):
            getattr(move, act)(by="olga", at=NOW, reason="right")


def test_whoever_proposed_a_move_takes_it_back_but_does_not_confirm_it():
    with pytest.raises(SecondReviewerNeeded):
        a_move().confirm(by="rita", at=NOW, reason="right")
    move = a_move()
    move.decline(by="rita", at=NOW, reason="wrong")
    assert move.state is MoveState.DECLINED


@pytest.mark.parametrize(
    ("right", "clause", "severity"), [("design", "6.1.3(7)", "warns"), ("shop-operation", "6.1.4", "blocks")]
)
def test_a_special_kind_of_service_is_misplaced_gravely_at_the_first_time(right, clause, severity):
    found = misplacement(TREE[right], TREE["erp"])
    assert isinstance(TREE["erp"], Category)
    assert (found.clause, found.severity, found.matched) == (clause, severity, "erp")


async def test_a_confirmed_move_changes_the_live_state_and_reports_the_misplacement(as_, db):
    path = await publish(as_)
    rita, olga = await as_("reviewer", "rita"), await as_("officer", "olga")
    proposed = await rita.post(f"{path}/category", json=BODY, headers={"Idempotency-Key": "1"})
    assert proposed.status_code == 201, proposed.text
    again = await olga.post(f"{path}/category", json=BODY, headers={"Idempotency-Key": "2"})
    assert problem(again) == (409, "move-proposed")
    move, decision = proposed.headers["location"], {"decision": "confirm", "reason": "it does"}
    tag = {"If-Match": proposed.headers["etag"]}
    assert problem(await rita.post(f"{move}/decision", json=decision, headers=tag)) == (403, "second-reviewer")
    assert [item["state"] for item in (await olga.get("/v1/moves")).json()["items"]] == ["proposed"]
    confirmed = await olga.post(f"{move}/decision", json=decision, headers=tag)
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "confirmed"), confirmed.text
    assert problem(await olga.post(f"{move}/decision", json=decision, headers=tag)) == (412, "stale-version")
    assert (await olga.get("/v1/moves")).json()["items"] == []
    facts = [(name, json.loads(payload)) for name, payload in await told(db)]
    [updated] = [fact for name, fact in facts if name == "listing.updated"]
    [found] = [fact for name, fact in facts if name == "finding.reported"]
    assert (updated["category"], updated["lifecycle"]) == ("shop-operation", "live")
    assert (found["origin"], [f["clause"] for f in found["findings"]]) == ("move", ["6.1.4"])
    assert found["rules_digest"]


async def test_a_declined_move_leaves_the_listing_where_it_is(as_, db):
    path = await publish(as_)
    rita, olga = await as_("reviewer", "rita"), await as_("officer", "olga")
    proposed = await rita.post(f"{path}/category", json=BODY, headers={"Idempotency-Key": "1"})
    declined = await olga.post(
        f"{proposed.headers['location']}/decision",
        json={"decision": "decline", "reason": "it does not"},
        headers={"If-Match": proposed.headers["etag"]},
    )
    assert declined.json()["state"] == "declined"
    assert not {"listing.updated", "finding.reported"} & {name for name, _ in await told(db)}


async def test_a_listing_moves_only_to_another_category_that_takes_listings(as_):
    path = await publish(as_)
    rita = await as_("reviewer", "rita")
    for index, category in enumerate(["order-processing", "marketing", "nowhere"]):
        answer = await rita.post(
            f"{path}/category", json={**BODY, "category": category}, headers={"Idempotency-Key": str(index)}
        )
        assert problem(answer) == (422, "invalid")
        assert answer.json()["errors"][0]["pointer"] == "/category"


async def move(db, listing, category):
    async with db.transaction() as tx:
        proposed = await moves.propose_move(tx, listing.listing_id, "rita", category, "why", is_misplacement=False)
    async with db.transaction() as tx:
        return await moves.confirm_move(tx, proposed.move_id, proposed.version, "olga", "right")


async def test_the_market_shows_the_version_that_a_move_lets_go_live(db, clock):
    [seller] = await a_market(db)
    listing = await a_live(db, kind=ListingKind.SERVICE)
    clock.advance(timedelta(hours=1))
    async with db.transaction() as tx:
        content = a_content(name="新打单")
        await listings.write_draft(tx, listing.listing_id, "shop", listing.version, listing.kind, content)
    async with db.transaction() as tx:
        listing, _ = await listings.submit_listing(tx, listing.listing_id, "shop")
    place = Target(kind="provider_category", id=seller.provider_id, category="order-processing")
    await restrict(db, place, a_cause(Effect.PUBLISH))
    async with db.transaction() as tx:
        listing = await store.lock_listing(tx, listing.listing_id)
    listing = await approve(db, listing)
    assert listing.live_number == 1
    await move(db, listing, "service-desk")
    async with db.transaction() as tx:
        assert (await store.lock_listing(tx, listing.listing_id)).live_number == 2
        assert await tx.driver.fetchval("SELECT name FROM offer WHERE listing_id = $1", listing.listing_id) == "新打单"


async def test_what_waits_for_review_is_weighed_anew_when_it_moves_into_a_special_category(db):
    await a_market(db, a_seller(**qualified_for("shop-operation")))
    listing = await a_live(db, kind=ListingKind.SERVICE)
    async with db.transaction() as tx:
        content = a_content(support_url="https://app.example.com/contact")
        await listings.write_draft(tx, listing.listing_id, "shop", listing.version, listing.kind, content)
    async with db.transaction() as tx:
        await listings.submit_listing(tx, listing.listing_id, "shop")
        before = await store.queued_review(tx, listing.listing_id)
        assert before is not None
        was_due = before.due_at
        assert not before.needs_second
    await move(db, listing, "shop-operation")
    async with db.transaction() as tx:
        review = await store.queued_review(tx, listing.listing_id)
        assert review is not None
        version = await store.version_of(tx, listing.listing_id, 2)
        assert (review.category, review.needs_second) == ("shop-operation", True)
        assert "special_category" in {reason.code for reason in review.reasons}
        assert review.due_at >= was_due
        assert version.content.category == "shop-operation"


async def test_what_was_approved_and_waits_to_go_live_can_be_moved(db):
    [seller] = await a_market(db)
    listing = await a_submitted(db, kind=ListingKind.SERVICE)
    place = Target(kind="provider_category", id=seller.provider_id, category="order-processing")
    await restrict(db, place, a_cause(Effect.PUBLISH))
    listing = await approve(db, listing)
    assert (listing.live_number, listing.category) == (0, "order-processing")
    await move(db, listing, "service-desk")
    async with db.transaction() as tx:
        assert (await store.lock_listing(tx, listing.listing_id)).live_number == 1
    assert (await told(db))[-1][0] == "listing.published"


async def test_the_end_of_a_listing_declines_the_move_that_waits(db):
    await a_market(db)
    listing = await a_live(db)
    async with db.transaction() as tx:
        await moves.propose_move(tx, listing.listing_id, "rita", "design", "why", is_misplacement=False)
        await listings.retire_listing(tx, listing.listing_id, "shop", listing.version, "over")
    async with db.transaction() as tx:
        assert await store.proposed_moves(tx, None, 10) == []


async def test_a_provider_delists_its_own_listing_and_staff_any(as_):
    path = await publish(as_)
    shop, other, olga = await as_("provider", "shop"), await as_("provider", "other"), await as_("officer", "olga")
    tag, body = {"If-Match": (await shop.get(path)).headers["etag"]}, {"reason": "paused"}
    assert problem(await other.post(f"{path}/delisting", json=body, headers=tag)) == (404, "not-found")
    delisted = await shop.post(f"{path}/delisting", json=body, headers=tag)
    assert delisted.json()["lifecycle"] == "delisted"
    again = await olga.post(f"{path}/delisting", json=body, headers={"If-Match": delisted.headers["etag"]})
    assert (again.status_code, again.headers["etag"]) == (200, delisted.headers["etag"])
