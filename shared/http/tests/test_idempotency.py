"""One key, one effect, one answer: also when two calls meet."""

import asyncio
from datetime import timedelta

from httpx2 import AsyncClient

from shared.clock import SettableClock
from shared.db.transaction import Database
from shared.http.idempotency import forget_old_answers
from shared.http.tests import notes
from shared.testing.fixtures import ClientFor
from shared.testing.issuer import Token

NOTE = {"title": "buy milk"}


def _key(value: str) -> dict[str, str]:
    return {"Idempotency-Key": value}


async def _count(db: Database, table: str) -> int:
    async with db.transaction() as tx:
        return int(await tx.driver.fetchval(f"SELECT count(*) FROM {table}"))


async def test_a_repeat_gets_the_first_answer_and_does_nothing(client: AsyncClient, db: Database):
    first = await client.post("/v1/notes", json=NOTE, headers=_key("a"))
    again = await client.post("/v1/notes", json=NOTE, headers=_key("a"))
    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["etag"] == '"v1"'
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert await _count(db, "note") == 1


async def test_a_key_with_another_body_is_refused(client: AsyncClient, db: Database):
    await client.post("/v1/notes", json=NOTE, headers=_key("a"))
    other = await client.post("/v1/notes", json={"title": "buy bread"}, headers=_key("a"))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert await _count(db, "note") == 1


async def test_a_key_belongs_to_its_caller_and_route(
    client: AsyncClient, client_for: ClientFor, db: Database, token: Token
):
    other = await client_for(notes.service, db, token("merchant", "m-2"))
    first = await client.post("/v1/notes", json=NOTE, headers=_key("a"))
    assert (await other.post("/v1/notes", json=NOTE, headers=_key("a"))).status_code == 201
    pin = await client.post(f"/v1/notes/{first.json()['note_id']}/pin", headers=_key("a"))
    assert pin.status_code == 201
    assert await _count(db, "note") == 2


async def test_a_missing_key_is_a_400_and_a_malformed_one_a_422(client: AsyncClient):
    missing = await client.post("/v1/notes", json=NOTE)
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency-key-required")
    for malformed in (b"", b"a b", b"x" * 201, b"\xff"):
        answer = await client.post("/v1/notes", json=NOTE, headers={b"Idempotency-Key": malformed})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), malformed


async def test_calls_that_meet_under_one_key_have_one_effect_and_one_answer(client: AsyncClient, db: Database):
    notes.gate.close_for(5)
    answers = await asyncio.gather(*(client.post("/v1/notes", json=NOTE, headers=_key("a")) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [201] * 5
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 4
    assert await _count(db, "note") == await _count(db, "audit") == 1


async def test_of_calls_that_meet_with_different_bodies_one_wins_and_the_other_is_told(
    client: AsyncClient, db: Database
):
    notes.gate.close_for(2)
    bodies = [{"title": "one"}, {"title": "two"}]
    answers = await asyncio.gather(*(client.post("/v1/notes", json=body, headers=_key("a")) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert await _count(db, "note") == 1


async def test_a_twin_that_meets_the_changed_state_still_gets_the_first_answer(client: AsyncClient, db: Database):
    note = (await client.post("/v1/notes", json=NOTE, headers=_key("a"))).json()
    path = f"/v1/notes/{note['note_id']}/pin"
    notes.gate.close_for(2)
    answers = await asyncio.gather(*(client.post(path, headers=_key("p")) for _ in range(2)))
    assert [answer.status_code for answer in answers] == [201, 201]
    refused = await client.post(path, headers=_key("q"))
    assert (refused.status_code, refused.json()["code"]) == (409, "note-locked")


async def test_a_refused_call_keeps_nothing_so_its_key_can_be_used_again(client: AsyncClient, db: Database):
    refused = await client.post("/v1/notes", json={"title": "x", "size": 2**70}, headers=_key("a"))
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert await _count(db, "idempotency") == 0
    assert (await client.post("/v1/notes", json=NOTE, headers=_key("a"))).status_code == 201


async def test_answers_are_forgotten_after_three_days(client: AsyncClient, db: Database, clock: SettableClock):
    await client.post("/v1/notes", json=NOTE, headers=_key("a"))
    clock.advance(timedelta(hours=71))
    await client.post("/v1/notes", json=NOTE, headers=_key("b"))
    clock.advance(timedelta(hours=2))
    async with db.transaction() as tx:
        assert await forget_old_answers.run(tx) == 1
        assert await forget_old_answers.run(tx) == 0
    assert await _count(db, "idempotency") == 1
