"""The patrol: what is live is screened again by new words, once, whoever dies meanwhile."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from services.catalog import rules, store
from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.errors import PatrolRunning
from services.catalog.domain.patrol import TRANSITIONS, Patrol, PatrolState, fingerprint, news
from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.lexicon import Change, Entry
from services.catalog.domain.version import Verdict, VersionState
from services.catalog.queries.lexicons import preview_change
from services.catalog.queries.patrols import findings, patrols
from services.catalog.tests.asking import problem
from services.catalog.tests.builders import NOW, a_content, a_listing, a_market, a_version, told
from services.catalog.use_cases import patrol as use_cases
from services.catalog.use_cases.categories import publish_category
from services.catalog.use_cases.lexicons import change_lexicon
from services.catalog.use_cases.publishing import approve
from shared.contracts.catalog import FindingReported
from shared.ids import new_id

WORD = "天花板级"


def a_finding(matched="最佳", field="name", start=0, severity=Severity.BLOCKS):
    said = Said("因", "why")
    return Finding("absolute-words", "6.1.2(3)", severity, field, start, start + len(matched), matched, said, said)


def a_patrol(**values):
    return Patrol(new_id(), "digest", "", "changed", NOW, 3, **values)


# --- domain


@pytest.mark.parametrize("state", PatrolState)
@pytest.mark.parametrize("then", PatrolState)
def test_a_patrol_ends_once(state, then):
    patrol = a_patrol(state=state)
    patrol.end(then, NOW)
    assert patrol.state is (then if then in TRANSITIONS[state] else state)
    assert (patrol.ended_at is None) == (then not in TRANSITIONS[state])


def test_what_the_submission_had_is_no_news_wherever_it_stands_now():
    known = a_finding(start=3)
    new = news([a_finding(), a_finding(start=9), a_finding("首选"), a_finding("首选", start=4)], [known])
    assert [finding.matched for finding in new.values()] == ["首选"]
    assert fingerprint(known) == fingerprint(a_finding())


def test_what_was_let_pass_with_a_warning_is_news_once_it_blocks_and_not_the_other_way_round():
    grave, mild = a_finding(), a_finding(severity=Severity.WARNS)
    assert list(news([grave], [mild]).values()) == [grave]
    assert news([mild], [grave]) == {}


def test_parts_that_are_missing_are_told_apart_although_they_show_no_words():
    features, steps = (replace(a_finding(""), why=Said(f"缺少{part}", part)) for part in ("功能", "说明"))
    assert list(news([features, steps], [features]).values()) == [steps]


# --- use cases


async def live(db, *names, account_id="shop", findings=()):
    made = []
    for name in names:
        listing = a_listing(
            account_id=account_id, lifecycle=Lifecycle.LIVE, live_number=1, published_at=NOW, first_published_at=NOW,
            category="order-processing",
        )  # fmt: skip
        async with db.transaction() as tx:
            tx.session.add(listing)
            await tx.session.flush()
            tx.session.add(a_version(listing, VersionState.LIVE, content=a_content(name=name), findings=findings))
        made.append(listing)
    return made


async def forbid(db, word, number=1, severity=Severity.BLOCKS):
    async with db.transaction() as tx:
        change = Change((Entry(word, severity),))
        await change_lexicon(tx, "absolute-words", number, change, "rita", "seen in the market")


class _KilledError(Exception):
    pass


async def advance(db, then=None):
    async with db.transaction() as tx:
        moved = await use_cases.advance_patrol(tx)
        if then is not None:
            raise then
        return moved


async def run(db):
    while await advance(db):
        pass
    async with db.transaction() as tx:
        return (await patrols(tx, None, 1))[0]


async def reported(db):
    return [
        FindingReported.model_validate_json(payload) for name, payload in await told(db) if name == "finding.reported"
    ]


async def test_a_new_word_is_found_in_what_is_live_and_reported_once(db, clock):
    await a_market(db)
    bad, *_ = await live(db, f"{WORD}打单", "快打单")
    first = await run(db)
    assert (first.state, first.total, first.done) == (PatrolState.FINISHED, 2, 2)
    before = len(await reported(db))
    clock.advance(timedelta(minutes=1))
    await forbid(db, WORD)
    second = await run(db)
    assert (second.digest != first.digest, second.done, second.found) == (True, 2, 1)
    [fact] = (await reported(db))[before:]
    assert (fact.listing_id, fact.version, fact.origin, fact.rules_digest) == (
        bad.listing_id,
        1,
        "patrol",
        second.digest,
    )
    [found] = fact.findings
    assert (found.field, found.start, found.end, found.matched) == ("name", 0, 4, WORD)
    async with db.transaction() as tx:
        [kept] = await findings(tx, second.patrol_id, None, 10)
        notices = await tx.driver.fetch("SELECT recipient FROM notice ORDER BY created_at")
    assert (kept.listing_id, kept.reported) == (bad.listing_id, True)
    assert [row["recipient"] for row in notices][-1] == "shop"
    clock.advance(timedelta(minutes=1))
    async with db.transaction() as tx:
        await use_cases.start_patrol(tx, "rita", "look again")
    assert (await run(db)).found == 0
    assert len(await reported(db)) == before + 1


async def test_a_word_that_blocks_by_now_is_reported_although_it_was_found_before(db, clock):
    await a_market(db)
    await live(db, f"{WORD}打单")
    for number, severity, many in ((1, Severity.WARNS, 1), (2, Severity.BLOCKS, 1), (3, Severity.ADVISES, 0)):
        clock.advance(timedelta(minutes=1))
        async with db.transaction() as tx:
            change = Change((Entry(WORD, severity),), (WORD,) if number > 1 else ())
            await change_lexicon(tx, "absolute-words", number, change, "rita", "seen in the market")
        assert (await run(db)).found >= many
    grades = [finding.severity for fact in await reported(db) for finding in fact.findings if finding.matched == WORD]
    assert grades == ["warns", "blocks"]


async def test_a_listing_of_a_category_that_was_closed_is_not_misplaced(db):
    await a_market(db)
    await live(db, "快打单")
    async with db.transaction() as tx:
        closed = replace((await store.lock_category(tx, "order-processing")).definition, takes_listings=False)
        await publish_category(tx, "order-processing", closed, "olga", "merged into another")
    await run(db)
    told_of = {finding.detector for fact in await reported(db) for finding in fact.findings}
    assert "wrong-category" not in told_of


async def test_what_goes_live_after_the_patrol_by_newer_words_is_looked_at_then(db):
    [seller] = await a_market(db)
    listing = a_listing(provider_id=seller.provider_id, category="order-processing")
    async with db.transaction() as tx:
        tx.session.add(listing)
        await tx.session.flush()
        content = a_content(name=f"{WORD}打单")
        tx.session.add(a_version(listing, VersionState.IN_REVIEW, content=content, rules_digest="of before"))
    await forbid(db, WORD)
    assert (await run(db)).total == 0
    async with db.transaction() as tx:
        waiting = await store.lock_listing(tx, listing.listing_id)
        version = await store.newest_version(tx, waiting)
        await approve(tx, waiting, version, Verdict("rita", tx.now, "looks fine"))
    [fact] = await reported(db)
    assert WORD in {finding.matched for finding in fact.findings}
    assert (await run(db)).total == 0


async def test_advice_is_for_the_writer_and_not_for_enforcement(db, clock):
    await a_market(db)
    await live(db, f"{WORD}打单")
    await run(db)
    before = len(await reported(db))
    clock.advance(timedelta(minutes=1))
    await forbid(db, WORD, severity=Severity.ADVISES)
    assert (await run(db)).found == 1
    assert len(await reported(db)) == before


async def test_a_patrol_goes_on_where_it_was_left(db, monkeypatch):
    monkeypatch.setattr(use_cases, "BATCH", 2)
    await a_market(db)
    await live(db, *(f"快打单{index}" for index in range(5)))
    for _ in range(2):
        await advance(db)
    async with db.transaction() as tx:
        assert [(p.done, p.state) for p in await patrols(tx, None, 5)] == [(2, PatrolState.RUNNING)]
    with pytest.raises(_KilledError):
        await advance(db, then=_KilledError)
    assert (await run(db)).done == 5


async def test_newer_words_end_a_patrol_that_is_under_way(db, clock, monkeypatch):
    monkeypatch.setattr(use_cases, "BATCH", 1)
    await a_market(db)
    await live(db, "甲打单", "乙打单")
    for _ in range(2):
        await advance(db)
    clock.advance(timedelta(minutes=1))
    await forbid(db, WORD)
    await run(db)
    async with db.transaction() as tx:
        states = [(patrol.state, patrol.done) for patrol in await patrols(tx, None, 5)]
    assert states == [(PatrolState.FINISHED, 2), (PatrolState.SUPERSEDED, 1)]


async def test_many_workers_look_at_each_listing_once(db):
    await a_market(db)
    await live(db, *(f"{WORD}{index}" for index in range(4)))
    await forbid(db, WORD)
    for _ in range(4):
        await asyncio.gather(*(advance(db) for _ in range(4)))
    async with db.transaction() as tx:
        [patrol] = await patrols(tx, None, 5)
    assert (patrol.done, patrol.state) == (4, PatrolState.FINISHED)
    assert len({fact.listing_id for fact in await reported(db)}) == len(await reported(db)) == 4


async def test_one_patrol_is_under_way_at_a_time(db):
    await a_market(db)
    async with db.transaction() as tx:
        await use_cases.start_patrol(tx, "rita", "look")
    with pytest.raises(PatrolRunning):
        async with db.transaction() as tx:
            await use_cases.start_patrol(tx, "rita", "look")


async def test_a_preview_shows_what_a_change_would_newly_find_and_writes_nothing(db):
    await a_market(db)
    bad, *_ = await live(db, f"{WORD}打单", "全网第一打单")
    change = Change((Entry(WORD, Severity.BLOCKS),), (rules.lexicons()[0].entries[0].word,))
    async with db.transaction() as tx:
        preview = await preview_change(tx, "absolute-words", change)
    assert (preview.looked_at, preview.is_complete, preview.listings, preview.words) == (2, True, 1, 1)
    [seen] = preview.sample
    assert (seen.listing_id, seen.field, seen.start, seen.end, seen.matched) == (bad.listing_id, "name", 0, 4, WORD)
    async with db.transaction() as tx:
        assert await tx.driver.fetchval("SELECT number FROM lexicon WHERE code = 'absolute-words'") == 1


async def test_staff_starts_a_patrol_and_watches_it(as_, db):
    await live(db, f"{WORD}打单")
    await forbid(db, WORD)
    officer = await as_("officer", "olga")
    body, key = {"reason": "rules of a category changed"}, {"Idempotency-Key": "k1"}
    started = await officer.post("/v1/patrols", json=body, headers=key)
    assert (started.status_code, started.json()["total"], started.json()["started_by"]) == (201, 1, "olga")
    assert problem(await officer.post("/v1/patrols", json=body, headers={"Idempotency-Key": "k2"})) == (
        409,
        "patrol-running",
    )
    await run(db)
    path = started.headers["location"]
    assert (await officer.get(path)).json()["state"] == "finished"
    assert [patrol["patrol_id"] for patrol in (await officer.get("/v1/patrols")).json()["items"]] == [
        path.split("/")[-1]
    ]
    found = (await officer.get(f"{path}/findings")).json()["items"]
    assert (WORD, True) in [(item["finding"]["matched"], item["reported"]) for item in found]
    assert problem(await officer.get(f"/v1/patrols/{new_id()}")) == (404, "not-found")
