"""Deliveries over webhooks: signed, in order, tried again, given up, and never two at once."""

import asyncio
from datetime import timedelta

import pytest

from shared.notices import notify_all
from shared.notices.courier import Courier
from shared.notices.deliveries import CLAIMED_FOR, measure
from shared.notices.metrics import OLDEST_SECONDS, PENDING
from shared.notices.schedule import LONGEST, MOST_ATTEMPTS, PAUSES
from shared.notices.tests.desk import MOMENT, a_notice, step

CHANNELS = "/v1/notices/channels"


async def told(db, *keys):
    async with db.transaction() as tx:
        await notify_all(tx, [a_notice(key) for key in keys])


async def states(db):
    async with db.transaction() as tx:
        rows = await tx.driver.fetch(
            "SELECT n.key, d.state, d.attempts, d.last_error FROM notice_delivery d JOIN notice n USING (notice_id) "
            "WHERE d.channel = 'webhook' ORDER BY d.position"
        )
    return {row["key"]: (row["state"], row["attempts"], row["last_error"]) for row in rows}


def heard_keys(receiver):
    return [message["data"]["en"]["title"].rpartition(" ")[2] for message in receiver.heard]


async def test_a_webhook_is_signed_and_tells_both_languages(db, listening, courier_for):
    await told(db, "one")
    assert await step(courier_for(notice_base_url="https://market.example")) == 1
    (message,) = listening.heard
    assert message["type"] == "agreement.due"
    assert message["data"]["zh"]["title"] == "请签署 one"
    assert message["data"]["link"] == "https://market.example/v1/agreements"
    assert await states(db) == {"one": ("delivered", 1, "")}


async def test_what_was_delivered_is_not_sent_again(db, listening, courier_for):
    await told(db, "one")
    courier = courier_for()
    assert [await step(courier), await step(courier)] == [1, 0]


async def test_a_failed_webhook_is_tried_again_under_the_same_id(db, listening, courier_for, clock):
    listening.answers = [500]
    await told(db, "one")
    courier = courier_for()
    await step(courier)
    assert await states(db) == {"one": ("pending", 1, "status 500")}
    assert await step(courier) == 0
    clock.advance(PAUSES[0])
    await step(courier)
    assert await states(db) == {"one": ("delivered", 2, "")}
    assert len(set(listening.ids)) == 1


async def test_after_the_last_attempt_it_has_failed_and_the_inbox_says_why(db, listening, courier_for, clock, inbox):
    listening.answers = [503] * MOST_ATTEMPTS
    await told(db, "one")
    courier = courier_for()
    for pause in (*PAUSES, MOMENT):
        assert await step(courier) == 1
        clock.advance(pause)
    assert await step(courier) == 0
    (item,) = (await (await inbox()).get("/v1/notices")).json()["items"]
    delivery = next(each for each in item["deliveries"] if each["channel"] == "webhook")
    assert (delivery["state"], delivery["attempts"], delivery["last_error"]) == ("failed", MOST_ATTEMPTS, "status 503")
    assert delivery["due_at"] is None


async def test_a_receiver_that_is_gone_is_not_tried_again(db, listening, courier_for):
    listening.answers = [410]
    await told(db, "one")
    await step(courier_for())
    assert await states(db) == {"one": ("failed", 1, "status 410")}


async def test_a_redirect_is_not_followed(db, listening, courier_for):
    listening.answers = [302]
    await told(db, "one")
    await step(courier_for())
    assert await states(db) == {"one": ("pending", 1, "status 302")}
    assert listening.redirected == 0


async def test_a_recipient_is_told_in_order_although_the_first_one_must_wait(db, listening, courier_for, clock):
    listening.answers = [500]
    await told(db, "a", "b", "c")
    courier = courier_for()
    assert [await step(courier), await step(courier)] == [1, 0]
    clock.advance(PAUSES[0])
    for _ in range(3):
        await step(courier)
    assert heard_keys(listening) == ["a", "a", "b", "c"]


async def test_one_recipients_dead_receiver_does_not_hold_up_another(db, listening, courier_for, inbox):
    client = await inbox("bert")
    chosen = {"webhook_url": "http://127.0.0.1:1/", "e_mail": False}
    await client.put(CHANNELS, json=chosen, headers={"if-match": '"v0"'})
    await client.post(f"{CHANNELS}/webhook-secret", headers={"if-match": '"v1"'})
    async with db.transaction() as tx:
        await notify_all(tx, [a_notice("dead", recipient="bert"), a_notice("alive")])
    await step(courier_for())
    found = await states(db)
    assert found["alive"][0] == "delivered"
    assert found["dead"] == ("pending", 1, "connection refused")


async def test_what_waited_behind_others_for_more_than_a_day_is_tried_once(db, listening, courier_for, clock):
    await told(db, "a", "b")
    listening.answers = [410, 500]
    clock.advance(LONGEST + MOMENT)
    courier = courier_for()
    await step(courier)
    await step(courier)
    assert await states(db) == {"a": ("failed", 1, "status 410"), "b": ("failed", 1, "status 500")}


async def test_a_failed_one_is_sent_again_when_its_recipient_asks(db, listening, courier_for, inbox):
    listening.answers = [410]
    await told(db, "one")
    courier, client = courier_for(), await inbox()
    await step(courier)
    (item,) = (await client.get("/v1/notices")).json()["items"]
    for _ in range(2):
        answer = await client.post(f"/v1/notices/{item['notice_id']}/redelivery", json={"channel": "webhook"})
        assert answer.status_code == 200
    await step(courier)
    assert await states(db) == {"one": ("delivered", 1, "")}
    assert len(listening.ids) == 2
    assert len(set(listening.ids)) == 1


async def test_two_couriers_never_send_the_same(db, listening, courier_for):
    await told(db, "one")
    found = await asyncio.gather(*(courier_for().collect(10) for _ in range(4)))
    assert sum(map(len, found)) == 1


async def test_what_a_dead_courier_had_claimed_is_due_again_and_its_late_answer_is_ignored(
    db, listening, courier_for, clock
):
    await told(db, "one")
    (lost,) = await courier_for().collect(10)
    assert await courier_for().collect(10) == []
    clock.advance(CLAIMED_FOR + MOMENT)
    listening.answers = [204, 500]
    await step(courier_for())
    await courier_for().deliver(lost)
    assert await states(db) == {"one": ("delivered", 2, "")}


async def test_no_transaction_is_open_while_a_webhook_is_sent(db, listening, courier_for):
    await told(db, "one")
    courier = courier_for()
    (errand,) = await courier.collect(1)
    assert db.engine.pool.checkedout() == 0
    await courier.deliver(errand)


async def test_both_secrets_sign_for_a_day_after_a_renewal(db, listening, courier_for, inbox, clock):
    old = listening.secret
    client = await inbox()
    made = await client.post(f"{CHANNELS}/webhook-secret", headers={"if-match": '"v2"'})
    for secret in (old, made.json()["webhook_secret"]):
        await told(db, f"signed with {secret[-8:]}")
        listening.secret = secret
        await step(courier_for())
    assert len(listening.heard) == 2
    clock.advance(timedelta(days=1, seconds=1))
    async with db.transaction() as tx:
        await notify_all(tx, [a_notice("later")])
    (errand,) = await courier_for().collect(1)
    assert errand.secrets == [made.json()["webhook_secret"]]


async def test_a_name_that_leads_inside_is_not_reached(db, listening, courier_for, inbox):
    client = await inbox()
    chosen = {"webhook_url": "https://rebound.example/", "e_mail": False}
    await client.put(CHANNELS, json=chosen, headers={"if-match": '"v2"'})
    await told(db, "one")
    courier = courier_for(
        notice_allow_networks=[], lookup=lambda host, port: [(2, 1, 6, "", ("169.254.169.254", port))]
    )
    await step(courier)
    state, _, error = (await states(db))["one"]
    assert state == "pending"
    assert error.startswith("denied: ")
    assert "169.254" not in error


async def test_a_receiver_that_never_answers_costs_its_time_limit_and_no_more(db, inbox, courier_for):
    async def silent(reader, writer):
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    client = await inbox()
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    await client.put(CHANNELS, json={"webhook_url": url, "e_mail": False}, headers={"if-match": '"v0"'})
    await client.post(f"{CHANNELS}/webhook-secret", headers={"if-match": '"v1"'})
    await told(db, "one")
    await step(courier_for(notice_timeout_seconds=0.2))
    assert await states(db) == {"one": ("pending", 1, "timeout")}
    server.close()
    await server.wait_closed()


async def test_a_secret_that_cannot_be_opened_is_a_fault_of_that_delivery_alone(db, listening, courier_for, inbox):
    await told(db, "one")
    async with db.transaction() as tx:
        await tx.driver.execute("UPDATE notice_channels SET secret = '\\x00'")
    assert await courier_for().collect(10) == []
    assert (await states(db))["one"][0] == "pending"


async def test_nothing_is_sent_for_one_whose_data_was_erased(db, listening, courier_for):
    await told(db, "one")
    async with db.transaction() as tx:
        await tx.driver.execute("UPDATE person_key SET wrapped = NULL, destroyed_at = now()")
    assert await courier_for().collect(10) == []
    assert await states(db) == {"one": ("off", 1, "erased")}


async def test_a_running_courier_delivers_a_queue_without_waiting_between_its_notices(db, listening, courier_for):
    await told(db, *(f"k{number}" for number in range(20)))
    courier: Courier = courier_for(notice_poll_seconds=30)
    running = asyncio.ensure_future(courier.run())
    await listening.until_heard(20)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert heard_keys(listening) == [f"k{number}" for number in range(20)]


async def test_a_courier_survives_a_database_that_goes_away(db, listening, courier_for):
    courier = courier_for(notice_poll_seconds=0.05)
    running = asyncio.ensure_future(courier.run())
    await asyncio.sleep(0.1)
    async with db.transaction() as tx:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        await tx.driver.execute(f"{others} AND pid <> pg_backend_pid()")
    await told(db, "one")
    await listening.until_heard(1)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_waits_can_be_measured(db, listening, clock):
    await told(db, "a", "b")
    clock.advance(timedelta(minutes=5))
    async with db.transaction() as tx:
        await measure(tx)
    assert PENDING.labels("registry")._value.get() == 2
    assert OLDEST_SECONDS.labels("registry")._value.get() == pytest.approx(300)
