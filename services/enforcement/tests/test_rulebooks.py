"""Publishing: once, the same by everybody, and never changed."""

import asyncio
from datetime import UTC, datetime

import pytest

from services.enforcement import rulebook_file, rulebook_store
from services.enforcement.domain.errors import NoRulebook
from services.enforcement.domain.rulebook import Rulebook, RulebookError
from services.enforcement.tests.builders import RULEBOOK, hear, publish, told
from services.enforcement.use_cases.rulebooks import publish_rulebook
from shared.contracts.audit import AuditSealed
from shared.db.transaction import Database

TEXT = (rulebook_file.FOLDER / "kuaishou-2020-02-12.yaml").read_text()


def changed(*replaced: tuple[str, str]) -> Rulebook:
    text = TEXT
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    return rulebook_file.build(rulebook_file.parse(text.encode()))


async def put(db: Database, book: Rulebook) -> None:
    async with db.transaction() as tx:
        await publish_rulebook(tx, book)


async def test_processes_that_start_at_once_publish_a_version_once(db):
    await asyncio.gather(*(publish(db) for _ in range(4)))
    (said,) = await told(db, "rulebook.published")
    assert (said["rulebook"], said["version"]) == ("kuaishou", "2020-02-12")
    assert said["content_hash"] == RULEBOOK.content_hash


async def test_a_published_version_with_another_content_refuses_to_start(db):
    await publish(db)
    with pytest.raises(RulebookError, match="kuaishou 2020-02-12 was published with another content"):
        await put(db, changed(("at_least: 300", "at_least: 200")))


async def test_another_rulebook_cannot_be_published_beside_it(db):
    await publish(db)
    with pytest.raises(RulebookError, match="this market follows the rulebook kuaishou"):
        await put(db, changed(("id: kuaishou", "id: taobao")))


async def test_two_versions_cannot_be_in_force_from_the_same_instant(db):
    await publish(db)
    with pytest.raises(RulebookError, match="from the same instant"):
        await put(db, changed(("version: 2020-02-12", "version: 2020-02-12.2")))


async def test_an_act_is_judged_by_the_version_in_force_when_it_happened(db):
    await publish(db)
    await put(
        db,
        changed(
            ("version: 2020-02-12", "version: 2026-06-01"),
            ('in_force: {at: "2020-02-12', 'in_force: {at: "2026-06-01'),
            ("at_least: 300", "at_least: 200"),
        ),
    )
    start = datetime(2026, 5, 31, 16, tzinfo=UTC)
    async with db.transaction() as tx:
        assert (await rulebook_store.rulebook_at(tx, start)).version == "2026-06-01"
        assert (await rulebook_store.rulebook_at(tx, start.replace(minute=0, hour=15))).version == "2020-02-12"
        with pytest.raises(NoRulebook):
            await rulebook_store.rulebook_at(tx, datetime(2020, 2, 11, 15, 59, tzinfo=UTC))


async def test_the_seals_of_audit_trails_are_kept_even_when_they_contradict(db):
    sealed = AuditSealed(service="orders", count=7, head_hash="aa", sealed_at=datetime(2026, 3, 2, tzinfo=UTC))
    await hear(db, sealed)
    await hear(db, sealed)
    await hear(db, sealed.model_copy(update={"head_hash": "bb"}))
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT service, count, head_hash FROM audit_anchor ORDER BY head_hash")
    assert [tuple(row) for row in rows] == [("orders", 7, "aa"), ("orders", 7, "bb")]
