"""Lexicons: what may be changed, what a change is worth at once, and what the files may still say."""

import asyncio
from dataclasses import replace

import pytest

from services.catalog import rules, store
from services.catalog.domain.screening.finding import Said, Severity
from services.catalog.domain.screening.lexicon import WORDS_MOST, Change, Entry, Lexicon, changed, differences
from services.catalog.domain.screening.text import normalise
from services.catalog.seed import seed_lexicons
from services.catalog.store.rules import RulesCache
from services.catalog.tests.asking import problem
from services.catalog.tests.builders import a_content, a_market
from services.catalog.use_cases.lexicons import change_lexicon
from services.catalog.use_cases.screening import Draft, screen_draft
from shared.contracts.catalog import ListingKind
from shared.db.transaction import Database
from shared.errors import Invalid, StaleVersion

CODE = "absolute-words"


def an_entry(word, severity=Severity.BLOCKS, unless=()):
    return Entry(word, severity, unless)


def a_lexicon(*words):
    said = Said("因", "why")
    return Lexicon("some", said, "6.1.1(1)", said, said, tuple(an_entry(word) for word in words))


def wrong(lexicon, add=(), remove=(), others=0):
    with pytest.raises(Invalid) as refused:
        changed(lexicon, Change(tuple(add), tuple(remove)), others)
    return [error["pointer"] for error in refused.value.facts["errors"]]


# --- the rules of a change


def test_words_come_and_go_and_the_version_counts():
    new = changed(a_lexicon("甲乙", "丙丁"), Change((an_entry("戊己"),), ("甲乙",)), 0)
    assert ([entry.word for entry in new.entries], new.number) == (["丙丁", "戊己"], 2)
    added, removed = differences(a_lexicon("甲乙", "丙丁"), new)
    assert ([entry.word for entry in added], [entry.word for entry in removed]) == (["戊己"], ["甲乙"])


def test_a_word_in_both_lists_gets_another_severity():
    new = changed(a_lexicon("甲乙"), Change((an_entry("甲乙", Severity.WARNS),), ("甲乙",)), 0)
    assert [entry.severity for entry in new.entries] == [Severity.WARNS]


@pytest.mark.parametrize("word", ["\u200b", "！！", "最", "Ａ", " 最佳", "字" * 201, "ﷺ" * 12])
def test_a_word_that_would_find_nothing_or_everything_is_refused_at_its_place(word):
    assert wrong(a_lexicon(), [an_entry("甲乙"), an_entry(word)]) == ["/add/1/word"]


def test_the_same_word_in_another_writing_is_a_duplicate():
    assert wrong(a_lexicon("no.1"), [an_entry("Ｎｏ．１"), an_entry("臺灣"), an_entry("台湾")]) == [
        "/add/0/word",
        "/add/2/word",
    ]


def test_what_is_not_there_cannot_be_removed_nor_twice():
    assert wrong(a_lexicon("甲乙"), remove=["丙丁", "甲乙", "甲乙"]) == ["/remove/0", "/remove/2"]


def test_a_harmless_word_contains_its_word():
    assert wrong(a_lexicon(), [an_entry("最佳", unless=("最佳实践", "实践", "最佳"))]) == [
        "/add/0/unless/1",
        "/add/0/unless/2",
    ]


def test_nothing_is_no_change_and_there_is_a_most():
    assert wrong(a_lexicon()) == ["/add"]
    assert wrong(a_lexicon("甲乙"), [an_entry("丙丁")], others=WORDS_MOST - 1) == ["/add"]


def test_the_digest_tells_words_and_not_numbers():
    lexicon = a_lexicon("甲乙")
    assert replace(lexicon, number=7).digest == lexicon.digest
    assert replace(lexicon, entries=(an_entry("甲乙", Severity.WARNS),)).digest != lexicon.digest


@pytest.mark.parametrize("lexicon", rules.lexicons(), ids=lambda lexicon: lexicon.code)
def test_what_comes_with_the_platform_could_be_added_by_staff(lexicon):
    assert changed(replace(lexicon, entries=()), Change(lexicon.entries), 0).entries == lexicon.entries


def test_no_harmless_word_is_written_in_vain():
    for lexicon in rules.lexicons():
        for entry in lexicon.entries:
            assert len({normalise(word).text for word in entry.unless}) == len(entry.unless), entry


# --- in force


async def change(db, code=CODE, number=1, add=(), remove=()):
    async with db.transaction() as tx:
        return await change_lexicon(tx, code, number, Change(tuple(add), tuple(remove)), "rita", "seen in the market")


async def found(db, name):
    async with db.transaction() as tx:
        draft = Draft(a_content(name=name), ListingKind.APPLICATION, "shop")
        screened = await screen_draft(tx, draft)
        return [finding.matched for finding in screened.findings if finding.field == "name"], screened.rules_digest


async def test_a_change_counts_from_the_next_screening_on(db):
    await a_market(db)
    before, old = await found(db, "天花板级打单")
    _, version = await change(db, add=[an_entry("天花板级")])
    after, new = await found(db, "天花板级打单")
    assert (before, after, version.number) == ([], ["天花板级"], 2)
    assert old != new


async def test_another_process_sees_the_change_without_being_told(db):
    await a_market(db)
    elsewhere = Database("catalog", db.url, pool_size=1, clock=db.clock)
    caches = RulesCache(), RulesCache()
    try:
        for cache, database in zip(caches, (db, elsewhere), strict=True):
            async with database.transaction() as tx:
                await cache.current(tx)
        await change(db, add=[an_entry("天花板级")])
        async with elsewhere.transaction() as tx:
            there = await caches[1].current(tx)
            assert await caches[1].current(tx) is there
        assert there.matcher.find(normalise("天花板级"))
    finally:
        await elsewhere.close()


async def test_of_two_changes_of_the_same_version_one_is_made(db):
    await a_market(db)
    answers = await asyncio.gather(
        change(db, add=[an_entry("甲乙")]), change(db, add=[an_entry("丙丁")]), return_exceptions=True
    )
    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [StaleVersion]


async def test_what_staff_changed_the_file_no_longer_speaks_for(db):
    await a_market(db)
    await change(db, add=[an_entry("天花板级")])
    shipped = [replace(lexicon, entries=lexicon.entries[:5]) for lexicon in rules.lexicons()]
    for _ in range(2):
        async with db.transaction() as tx:
            await seed_lexicons(tx, shipped)
    async with db.transaction() as tx:
        words = {lexicon.code: len(lexicon.entries) for lexicon in await store.lexicons(tx)}
        numbers = {lexicon.code: lexicon.number for lexicon in await store.lexicons(tx)}
    assert words.pop(CODE) > 5
    assert set(words.values()) == {5}
    assert set(numbers.values()) == {2}


# --- over HTTP


A_CHANGE = {"add": [{"word": "天花板级", "severity": "blocks"}], "remove": ["独一无二"], "reason": "seen in the market"}


async def test_staff_reads_and_changes_words_in_versions(as_):
    reviewer = await as_("reviewer", "rita")
    listed = (await reviewer.get("/v1/lexicons")).json()
    assert {item["code"] for item in listed["items"]} == {lexicon.code for lexicon in rules.lexicons()}
    first = await reviewer.get(f"/v1/lexicons/{CODE}", params={"limit": 100})
    words, cursor = [item["word"] for item in first.json()["items"]], first.json()["next"]
    while cursor:
        page = (await reviewer.get(f"/v1/lexicons/{CODE}", params={"limit": 100, "cursor": cursor})).json()
        words, cursor = words + [item["word"] for item in page["items"]], page["next"]
    assert len(words) == len(set(words)) == first.json()["lexicon"]["words"]
    changes = f"/v1/lexicons/{CODE}/changes"
    made = await reviewer.post(changes, json=A_CHANGE, headers={"If-Match": first.headers["etag"]})
    assert (made.status_code, made.json()["number"], made.headers["etag"]) == (200, 2, '"v2"')
    stale = await reviewer.post(changes, json=A_CHANGE, headers={"If-Match": first.headers["etag"]})
    assert problem(stale) == (412, "stale-version")
    assert problem(await reviewer.post(changes, json=A_CHANGE)) == (428, "version-required")
    versions = (await reviewer.get(f"/v1/lexicons/{CODE}/versions", params={"limit": 1})).json()
    assert [(v["number"], v["changed_by"], v["reason"]) for v in versions["items"]] == [(2, "rita", A_CHANGE["reason"])]
    assert [[e["word"] for e in versions["items"][0][k]] for k in ("added", "removed")] == [["天花板级"], ["独一无二"]]
    older = await reviewer.get(f"/v1/lexicons/{CODE}/versions", params={"cursor": versions["next"]})
    assert [v["number"] for v in older.json()["items"]] == [1]


async def test_a_bad_word_is_a_problem_with_its_place(as_):
    officer = await as_("officer")
    for body, pointer in (
        ({"add": [{"word": "最", "severity": "blocks"}]}, "/add/0/word"),
        ({"add": [{"word": "x" * 201, "severity": "blocks"}]}, "/add/0/word"),
        ({"add": [{"word": "最佳", "severity": "blocks"}]}, "/add/0/word"),
        ({"remove": ["不在其中"]}, "/remove/0"),
    ):
        answer = await officer.post(
            f"/v1/lexicons/{CODE}/changes", json={**body, "reason": "r"}, headers={"If-Match": '"v1"'}
        )
        assert problem(answer) == (422, "invalid")
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    missing = await officer.post("/v1/lexicons/none/changes", json=A_CHANGE, headers={"If-Match": '"v1"'})
    assert problem(missing) == (404, "not-found")


async def test_an_auditor_reads_words_and_changes_none(as_):
    auditor = await as_("auditor")
    assert (await auditor.get(f"/v1/lexicons/{CODE}")).status_code == 200
    assert problem(await auditor.post(f"/v1/lexicons/{CODE}/changes", json=A_CHANGE)) == (403, "forbidden")
