"""Near duplicates of one account, of linked ones and of strangers, from a draft to the finding that shows them."""

import asyncio

import pytest

from services.catalog import store
from services.catalog.domain.errors import ScreeningBlocked
from services.catalog.domain.screening import Rules, duplicates
from services.catalog.domain.screening.finding import Related, Relation, Severity
from services.catalog.domain.screening.subject import Observations, Subject
from services.catalog.reactions.group_changed import keep_group
from services.catalog.tests.builders import (
    CLEAN,
    NOW,
    a_draft,
    a_live,
    a_market,
    a_seller,
    a_submitted,
    an_image,
    another_content,
)
from services.catalog.use_cases import listings
from services.catalog.use_cases.screening import Draft
from services.catalog.use_cases.signatures import renew_signatures
from services.catalog.use_cases.similar import similar_logos, similar_texts
from shared.contracts.catalog import ListingKind
from shared.contracts.envelope import Envelope
from shared.contracts.registry import GroupChanged, Member
from shared.ids import new_id
from shared.messaging.reaction import Received

TEXT = another_content(1)
# One character in twelve is another one, and the name is new.
COPY = another_content(
    1, name="另一款", details="".join(sign if at % 12 else "甲" for at, sign in enumerate(TEXT.details))
)
LOOKS = 0x0F0F_3C3C_55AA_9669


async def a_group(db, *sellers, sequence=1):
    members = tuple(Member(provider_id=seller.provider_id, since=NOW, basis="code") for seller in sellers)
    group = GroupChanged(group_id=new_id(), version=sequence, members=members, changed_at=NOW)
    envelope = Envelope(new_id(), "group.changed", "registry", NOW, group.key, sequence, "story")
    async with db.transaction() as tx:
        await keep_group(tx, [Received(group, envelope)])
    return group


async def alike(db, content=COPY, account_id="shop", listing_id=None, look=similar_texts):
    async with db.transaction() as tx:
        return await look(tx, Draft(content, ListingKind.SERVICE, account_id, listing_id=listing_id))


async def submit(db, listing):
    async with db.transaction() as tx:
        return (await listings.submit_listing(tx, listing.listing_id, listing.account_id))[1]


def found(*similar, logos=(), since=None):
    seen = Observations(similar_texts=similar, similar_logos=logos, first_published_at=since)
    return list(duplicates.find(Subject(TEXT, ListingKind.SERVICE, seen=seen), Rules((), frozenset())))


def a_related(relation, similarity=0.9, **values):
    return Related(new_id(), "快打单", relation, similarity, NOW, **values)


@pytest.mark.parametrize(
    ("relation", "severity", "clause"),
    [
        (Relation.OWN, Severity.BLOCKS, "4.3.6"),
        (Relation.LINKED, Severity.BLOCKS, "6.5.10"),
        (Relation.OTHER, Severity.WARNS, "6.2.1(1)"),
    ],
)
def test_a_text_that_stands_twice_blocks_and_a_strangers_is_for_people(relation, severity, clause):
    [finding] = found(a_related(relation))
    assert (finding.severity, finding.clause, finding.field) == (severity, clause, "details")


def test_a_text_of_an_own_listing_that_ended_is_for_people():
    assert found(a_related(Relation.OWN, ended=True))[0].severity is Severity.WARNS
    assert found(a_related(Relation.OWN, ended=True), a_related(Relation.OWN))[0].severity is Severity.BLOCKS


def test_a_possible_copy_tells_when_both_were_first_published():
    [finding] = found(a_related(Relation.OTHER))
    assert NOW.isoformat() in finding.why.en
    assert "never" in finding.why.en
    assert "尚未发布" not in found(a_related(Relation.OTHER), since=NOW)[0].why.zh


def test_each_relation_is_a_finding_of_its_own_with_at_most_five_listings():
    findings = found(*[a_related(Relation.OTHER)] * 9, a_related(Relation.LINKED))
    assert [len(finding.related) for finding in findings] == [1, 5]


def test_a_logo_alone_is_for_people():
    [finding] = found(logos=(a_related(Relation.OWN),))
    assert (finding.field, finding.severity) == ("logo", Severity.WARNS)


async def test_the_same_account_does_not_submit_the_same_service_twice(db):
    await a_market(db)
    first = await a_submitted(db, content=TEXT)
    with pytest.raises(ScreeningBlocked) as refused:
        await a_submitted(db, content=COPY)
    [finding] = [f for f in refused.value.facts["findings"] if f["detector"] == "near-duplicate-text"]
    assert finding["related"][0]["listing_id"] == str(first.listing_id)
    assert finding["related"][0]["relation"] == "own"


async def test_of_two_like_submissions_at_the_same_moment_one_is_found(db):
    [seller, other] = await a_market(db, a_seller(), a_seller(account_id="other"))
    await a_group(db, seller, other)
    drafts = [await a_draft(db, "shop", TEXT), await a_draft(db, "shop", COPY), await a_draft(db, "other", COPY)]
    answers = await asyncio.gather(*(submit(db, draft) for draft in drafts), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == [
        "ListingVersion", "ScreeningBlocked", "ScreeningBlocked",
    ]  # fmt: skip


async def test_a_linked_account_is_told_apart_from_a_stranger_as_the_group_is_now(db):
    [shop, other] = await a_market(db, a_seller(), a_seller(account_id="other"))
    await a_live(db, account_id="other", content=TEXT)
    assert [item.relation for item in await alike(db)] == [Relation.OTHER]
    await a_group(db, shop, other)
    assert [item.relation for item in await alike(db)] == [Relation.LINKED]
    async with db.transaction() as tx:
        assert await store.linked_providers(tx, shop.provider_id) == {other.provider_id}


async def test_a_stranger_hears_nothing_of_what_was_never_on_the_market(db):
    await a_market(db, a_seller(), a_seller(account_id="other"))
    await a_submitted(db, account_id="other", content=TEXT)
    assert await alike(db) == ()
    assert len(await alike(db, account_id="other")) == 1


async def test_a_stranger_hears_of_the_live_version_and_not_of_the_one_that_waits(db):
    await a_market(db, a_seller(), a_seller(account_id="other"))
    listing = await a_live(db, account_id="other", content=TEXT)
    waiting = another_content(2)
    async with db.transaction() as tx:
        listing, _ = await listings.write_draft(tx, listing.listing_id, "other", listing.version, listing.kind, waiting)
    await submit(db, listing)
    assert await alike(db, waiting) == ()
    [related] = await alike(db)
    assert (related.name, related.first_published_at) == (TEXT.name, listing.first_published_at)


async def test_neither_the_listing_itself_nor_its_own_earlier_version_counts(db):
    await a_market(db)
    listing = await a_live(db, content=TEXT)
    assert await alike(db, listing_id=listing.listing_id) == ()
    async with db.transaction() as tx:
        listing, _ = await listings.write_draft(tx, listing.listing_id, "shop", listing.version, listing.kind, COPY)
    assert (await submit(db, listing)).state == "submitted"


async def test_what_was_rejected_or_is_only_written_stands_in_nobodys_way(db):
    await a_market(db)
    await a_draft(db, content=TEXT)
    assert await alike(db) == ()


async def test_a_retired_listing_can_be_copied_still(db):
    await a_market(db, a_seller(), a_seller(account_id="other"))
    listing = await a_live(db, content=TEXT)
    async with db.transaction() as tx:
        await listings.retire_listing(tx, listing.listing_id, "shop", listing.version, "over")
    for account_id, relation in (("shop", Relation.OWN), ("other", Relation.OTHER)):
        [related] = await alike(db, account_id=account_id)
        assert (related.relation, related.ended) == (relation, True)


@pytest.mark.parametrize("name", ["", "快打单"])
async def test_short_texts_are_nobodys_copy(db, name):
    await a_market(db)
    await a_live(db)
    assert await alike(db, another_content(1, name=name, summary="", details="授权即用")) == ()


async def test_a_logo_is_found_by_its_looks(db):
    await a_market(db, a_seller(), a_seller(account_id="other"))
    mine, near, far = "1" * 64, "2" * 64, "3" * 64
    for sha256, looks in ((mine, LOOKS), (near, LOOKS ^ 0b1011), (far, LOOKS ^ 0xFFFF_FFFF)):
        for account_id in ("shop", "other"):
            await an_image(db, account_id, sha256=sha256, perceptual=looks)
    listing = await a_live(db, account_id="other", content=another_content(1, logo=mine))
    async with db.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM logo_signature") == 1
    [related] = await alike(db, another_content(2, logo=near), look=similar_logos)
    assert (related.listing_id, related.similarity) == (listing.listing_id, round(1 - 3 / 64, 3))
    assert await alike(db, another_content(2, logo=far), look=similar_logos) == ()


async def test_a_plain_logo_is_like_no_other(db):
    await a_market(db)
    await a_live(db)
    assert await alike(db, CLEAN, account_id="other", look=similar_logos) == ()


async def test_what_was_submitted_before_there_were_signatures_gets_one(db):
    await a_market(db)
    await a_submitted(db, content=TEXT)
    await a_live(db, content=another_content(2))
    async with db.transaction() as tx:
        await tx.driver.execute("DELETE FROM text_signature")
    assert await alike(db) == ()
    for signed in (2, 0):
        async with db.transaction() as tx:
            assert await renew_signatures(tx) == signed
    assert len(await alike(db)) == 1
