"""Law 4: what can never be applied is dead-lettered with its reason, its key is parked, and the rest flows."""

import dataclasses
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from shared.contracts.catalog import ListingRejected
from shared.ids import floor_id, new_id
from shared.messaging.outcome import NotYet
from shared.messaging.record import MARKER_HEADER, Marker
from shared.messaging.tests.stage import raw_record, record_of, running, submitted, updated

LONG_AGO = floor_id(datetime(1980, 1, 1, tzinfo=UTC))
LAST_UUID7 = UUID("ffffffff-ffff-7fff-bfff-ffffffffffff")


def _with(record, **changed):
    return dataclasses.replace(record, **changed)


def _without_headers(record, *names):
    return _with(record, headers=tuple((n, v) for n, v in record.headers if n not in names))


POISON = {
    "not-utf-8": (lambda r: _with(r, value=b'{"a": "\xff\xfe"}'), "invalid"),
    "not-json": (lambda r: _with(r, value=b"hello"), "invalid"),
    "empty": (lambda r: _with(r, value=b""), "invalid"),
    "no-value": (lambda r: _with(r, value=None), "invalid"),
    "a-list": (lambda r: _with(r, value=b"[]"), "invalid"),
    "deep": (lambda r: _with(r, value=b"[" * 100_000), "invalid"),
    "wrong-contract": (lambda r: _with(r, value=b'{"listing_id": "x"}'), "invalid"),
    "half-a-surrogate": (lambda r: _with(r, value=rb'{"listing_id": "\ud800"}'), "invalid"),
    "no-headers": (lambda r: _with(r, headers=()), "unreadable"),
    "no-id": (lambda r: _without_headers(r, "ce_id"), "unreadable"),
    "null-header": (lambda r: _with(r, headers=(*r.headers, ("ce_type", None))), "unreadable"),
    "null-incarnation": (lambda r: _with(r, value=b"", headers=(*r.headers, ("fm_incarnation", None))), "invalid"),
    "header-not-utf-8": (lambda r: _with(r, headers=(*r.headers, ("ce_type", b"\xff\x00"))), "unreadable"),
    "random-id": (lambda r: _with(r, headers=(*r.headers, ("ce_id", str(uuid4()).encode()))), "unreadable"),
    "id-beyond-all-years": (
        lambda r: _with(r, headers=(*r.headers, ("ce_id", str(LAST_UUID7).encode()))),
        "from-future",
    ),
    "id-of-long-ago": (lambda r: _with(r, headers=(*r.headers, ("ce_id", str(LONG_AGO).encode()))), "too-old"),
}


async def test_poison_is_buried_with_its_reason_its_key_parked_and_other_keys_flow(stage_without_broker):
    stage, good = stage_without_broker, new_id()
    bad = {name: new_id() for name in POISON}
    for name, (spoil, _) in POISON.items():
        await stage.receive(spoil(record_of(submitted(bad[name], 1), "t")), submitted(bad[name], 2), submitted(good, 1))
    assert await stage.letters() == [(reason, str(bad[name])) for name, (_, reason) in POISON.items()]
    assert await stage.parked() == {str(key): "dead" for key in bad.values()}
    assert await stage.versions(good) == [1] * len(POISON)
    assert await stage.count(stage.reader, "applied") == len(POISON)
    assert await stage.count(stage.reader, "parked_record") == len(POISON)


async def test_a_fact_under_another_key_is_poison_for_that_key(stage_without_broker):
    stage, listing, wrong = stage_without_broker, new_id(), new_id()
    await stage.receive(_with(record_of(submitted(listing, 1), "t"), key=str(wrong).encode()), submitted(listing, 2))
    assert await stage.letters() == [("invalid", str(wrong))]
    assert await stage.versions(listing) == [2]


async def test_a_record_without_a_key_is_poison_and_harms_no_other(stage_without_broker):
    stage, listing = stage_without_broker, new_id()
    await stage.receive(_with(record_of(submitted(listing, 1), "t"), key=None), submitted(listing, 2))
    assert await stage.letters() == [("invalid", "")]
    assert await stage.versions(listing) == [2]


async def test_what_a_reaction_does_not_react_to_leaves_no_trace(stage_without_broker):
    stage, listing = stage_without_broker, new_id()
    unknown = record_of(submitted(listing, 1), "t")
    unknown = _with(unknown, headers=(*unknown.headers, ("ce_type", b"listing.invented")))
    known = ListingRejected(listing_id=listing, provider_id=listing, version=1, clauses=(), reason="r")
    await stage.receive(unknown, known, raw_record("t", 0, None, None, [(MARKER_HEADER, b"m")]))
    assert await stage.count(stage.reader, "inbox") == 0
    assert await stage.letters() == []
    assert (await stage.rows(stage.reader, "SELECT next_offset FROM consumer_offset"))[0][0] == 3


def test_an_unknown_type_in_the_own_topic_is_poison_and_a_marker_is_not(stage_without_broker):
    stage, now = stage_without_broker, stage_without_broker.reader.clock()
    record = record_of(submitted(new_id(), 1), "t")
    unknown = _with(record, headers=(*record.headers, ("ce_type", b"order.invented")))
    assert stage.decoder.decode(unknown, True, now).letter.reason == "unknown-type"
    assert stage.decoder.decode(raw_record("t", 0, None, None, [(MARKER_HEADER, b"m")]), True, now) == Marker()


async def test_a_full_state_that_is_poison_does_not_park_because_the_next_supersedes_it(stage_without_broker):
    stage, listing = stage_without_broker, new_id()
    await stage.receive(_with(record_of(updated(listing, 1), "t"), value=b"{}"), updated(listing, 2))
    assert await stage.letters() == [("invalid", str(listing))]
    assert await stage.parked() == {}
    rows = await stage.rows(stage.reader, "SELECT state ->> 'version' AS version FROM listing_replica")
    assert [row["version"] for row in rows] == ["2"]


async def test_a_failing_reaction_buries_only_its_record_and_what_follows_of_its_key_waits_in_order(
    stage_without_broker,
):
    stage, bad, good = stage_without_broker, new_id(), new_id()
    stage.faults[bad, 2] = ZeroDivisionError("a fault of ours")
    await stage.receive(submitted(bad, 1), submitted(good, 1), submitted(bad, 2), submitted(bad, 3), submitted(good, 2))
    await stage.receive(submitted(bad, 4), submitted(good, 3))
    assert await stage.letters() == [("handler-failed", str(bad))]
    assert await stage.versions(bad) == [1]
    assert await stage.versions(good) == [1, 2, 3]
    parked = await stage.rows(stage.reader, 'SELECT "offset" FROM parked_record ORDER BY id')
    assert [row["offset"] for row in parked] == [3, 5]


async def test_a_fault_with_bytes_that_a_database_cannot_hold_is_buried_too(stage_without_broker):
    stage, bad = stage_without_broker, new_id()
    stage.faults[bad, 1] = ValueError("nul \x00 and half a pair \ud800")
    await stage.receive(submitted(bad, 1))
    assert await stage.letters() == [("handler-failed", str(bad))]


async def test_a_value_that_the_database_refuses_is_buried_and_not_retried_for_ever(stage_without_broker):
    stage, bad, good = stage_without_broker, new_id(), new_id()
    record = record_of(updated(bad, 1), "t", sequence=2**70)
    await stage.receive(record, submitted(good, 1))
    assert await stage.letters() == [("handler-failed", str(bad))]
    assert await stage.versions(good) == [1]


async def test_not_yet_is_no_death_and_its_key_waits(stage_without_broker):
    stage, early = stage_without_broker, new_id()
    stage.faults[early, 1] = NotYet("the listing is not known yet", timedelta(minutes=1))
    await stage.receive(submitted(early, 1), submitted(early, 2))
    assert await stage.letters() == []
    assert await stage.parked() == {str(early): "waiting"}
    assert await stage.count(stage.reader, "parked_record") == 2


async def test_a_missing_day_of_the_inbox_is_waited_for_and_kills_nothing(stage_without_broker):
    stage, listing = stage_without_broker, new_id()
    record = record_of(submitted(listing, 1), "t")
    async with stage.reader.transaction() as tx:
        for row in await tx.driver.fetch("SELECT relname FROM pg_class WHERE relname ~ '^inbox_[0-9]+$'"):
            await tx.driver.execute(f"DROP TABLE {row['relname']}")
    with pytest.raises(Exception, match="no partition of relation"):
        await stage.receive(record)
    assert await stage.letters() == []


def test_an_id_from_within_the_window_is_read(stage_without_broker):
    stage, now = stage_without_broker, stage_without_broker.reader.clock()
    for age, reason in (
        (timedelta(days=29), None),
        (timedelta(days=31), "too-old"),
        (-timedelta(days=2), "from-future"),
    ):
        record = record_of(submitted(new_id(), 1), "t", identifier=floor_id(now - age))
        decoded = stage.decoder.decode(record, False, now)
        assert (decoded.letter.reason if reason else None) == reason


@pytest.mark.kafka
async def test_poison_on_the_wire_stops_its_key_only(stage):
    bad, good, last = new_id(), new_id(), new_id()
    record = record_of(submitted(bad, 1), stage.topic)
    async with running(stage.relay, stage.consumer):
        await stage.submit(good, 1)
        await stage.sent()
        # A null header value is legal on the wire, and the client cannot write one.
        spoiled = [spoil(record) for spoil, _ in POISON.values()]
        await stage.put(*(r for r in spoiled if all(value is not None for _, value in r.headers)))
        await stage.put(record_of(submitted(last, 1), stage.topic))
        await stage.applies(good, [1])
        await stage.applies(last, [1])
        assert await stage.parked() == {str(bad): "dead"}
