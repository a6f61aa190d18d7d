"""The answer follows the commit, and a refusal leaves nothing behind."""

from httpx2 import AsyncClient

from shared.db.transaction import Database

_REFUSE_AT_COMMIT = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not at commit'; END $$;
CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse();
"""


async def _late_rows(db: Database) -> int:
    async with db.transaction() as tx:
        return int(await tx.driver.fetchval("SELECT count(*) FROM late"))


async def test_a_failed_commit_is_told_and_not_answered_with_success(client: AsyncClient, db: Database):
    async with db.transaction() as tx:
        await tx.driver.execute(_REFUSE_AT_COMMIT)
    answer = await client.post("/v1/late", json={"title": "x"})
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert await _late_rows(db) == 0


async def test_what_was_answered_is_committed(client: AsyncClient, db: Database):
    assert (await client.post("/v1/late", json={"title": "x"})).status_code == 200
    assert await _late_rows(db) == 1


async def test_a_refusal_after_writing_rolls_back_first(client: AsyncClient, db: Database):
    answer = await client.post("/v1/refused", json={"title": "x"})
    assert answer.status_code == 409
    assert await _late_rows(db) == 0


async def test_a_crash_rolls_back_and_tells_nothing_of_its_inside(client: AsyncClient, db: Database):
    answer = await client.post("/v1/broken", json={"title": "confidential"})
    assert answer.status_code == 500
    assert "confidential" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["correlation_id"] == answer.headers["x-correlation-id"]
    assert await _late_rows(db) == 0


async def test_a_database_that_is_away_makes_the_service_unavailable(client: AsyncClient, db: Database):
    db.engine.sync_engine.pool._creator = _nobody_home  # type: ignore[assignment]
    await db.engine.dispose()
    answer = await client.get("/v1/context")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"


def _nobody_home(*_args: object) -> None:
    raise ConnectionRefusedError("nobody listens")


async def test_a_connection_killed_in_mid_transaction_is_unavailable_not_broken(client: AsyncClient, db: Database):
    async with db.transaction() as tx:
        await tx.driver.execute(
            "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;"
            "CREATE TRIGGER die BEFORE INSERT ON late FOR EACH ROW EXECUTE FUNCTION die()"
        )
    answer = await client.post("/v1/late", json={"title": "x"})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert (await client.get("/v1/notes")).status_code == 200


async def test_who_acts_and_in_which_story_is_known_to_the_transaction(client: AsyncClient, stranger: AsyncClient):
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    mine = await client.get("/v1/context", headers={"X-Correlation-Id": "story-1", "traceparent": trace})
    assert mine.json() == {"actor": "m-1", "story": "story-1", "trace": trace}
    assert mine.headers["x-correlation-id"] == "story-1"
    odd = await stranger.get("/v1/context", headers={"X-Correlation-Id": "a b", "traceparent": "nonsense"})
    assert odd.json()["actor"] == "anonymous"
    assert odd.json()["trace"] == ""
    assert odd.headers["x-correlation-id"] == odd.json()["story"] != "a b"


async def test_an_unusable_token_on_a_public_route_is_as_good_as_none(stranger: AsyncClient):
    answer = await stranger.get("/v1/context", headers={"Authorization": "Bearer nonsense"})
    assert (answer.status_code, answer.json()["actor"]) == (200, "anonymous")
