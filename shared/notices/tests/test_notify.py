"""Notices are written in the caller's transaction, once per recipient and key."""

import asyncio
from dataclasses import replace

import pytest

from shared.notices import Notice, Text, notify, notify_all

DUE = Notice(
    recipient="account-1",
    kind="agreement.due",
    key="agreement.due:service:2",
    zh=Text("请签署协议", "新版协议将于七日后生效。"),
    en=Text("Please sign", "The new version is in force in seven days."),
    link="/v1/agreements",
)


async def test_a_repeated_job_tells_a_recipient_once(db):
    async with db.transaction() as tx:
        assert await notify(tx, DUE)
    async with db.transaction() as tx:
        assert not await notify(tx, replace(DUE, en=Text("Another text", "")))
        assert await tx.driver.fetch("SELECT title_en FROM notice") == [("Please sign",)]


async def test_the_same_key_tells_another_recipient(db):
    async with db.transaction() as tx:
        assert await notify_all(tx, [DUE, replace(DUE, recipient="account-2"), DUE]) == 2


async def test_a_notice_is_written_with_the_change_or_not_at_all(db):
    async def change(then):
        async with db.transaction() as tx:
            await notify(tx, DUE)
            raise then

    with pytest.raises(RuntimeError):
        await change(RuntimeError())
    async with db.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM notice") == 0


async def test_many_notices_keep_their_order(db):
    many = [replace(DUE, key=f"k{number}") for number in range(50)]
    async with db.transaction() as tx:
        assert await notify_all(tx, many) == 50
        rows = await tx.driver.fetch(
            "SELECT n.key FROM notice_delivery d JOIN notice n USING (notice_id) WHERE channel = 'webhook' "
            "ORDER BY d.position"
        )
    assert [row["key"] for row in rows] == [notice.key for notice in many]


async def test_only_channels_that_are_on_wait_for_delivery(db):
    async with db.transaction() as tx:
        await tx.driver.execute(
            "INSERT INTO notice_channels VALUES ('account-1', 'https://a.example/hook', '\\x01', NULL, NULL, false, 1)"
        )
        await notify(tx, DUE)
        rows = await tx.driver.fetch("SELECT channel, state FROM notice_delivery ORDER BY channel")
    assert [tuple(row) for row in rows] == [("e_mail", "off"), ("webhook", "pending")]


@pytest.mark.parametrize(
    "wrong", [{"recipient": ""}, {"key": ""}, {"link": "https://elsewhere.example"}], ids=lambda w: next(iter(w))
)
def test_a_notice_names_whom_it_tells_and_links_only_to_this_api(wrong):
    with pytest.raises(ValueError, match="notice"):
        replace(DUE, **wrong)


@pytest.mark.parametrize(("title", "body"), [("", "x"), ("x" * 201, "x"), ("x", "x" * 5_001)])
def test_a_text_is_bounded(title, body):
    with pytest.raises(ValueError, match="title"):
        Text(title, body)


async def test_two_jobs_at_the_same_time_tell_once(db):
    async def tell() -> bool:
        async with db.transaction() as tx:
            return await notify(tx, DUE)

    assert sorted(await asyncio.gather(*(tell() for _ in range(4)))) == [False, False, False, True]
