"""The inbox by REST: one's own notices, in one's language, and the channels they go over."""

import pytest

from shared.notices import close_channels, notify, notify_all
from shared.notices.tests.desk import LOOPBACK, MOMENT, a_notice

CHANNELS = "/v1/notices/channels"
SECRET = f"{CHANNELS}/webhook-secret"


async def told(db, *notices):
    async with db.transaction() as tx:
        await notify_all(tx, notices or [a_notice()])


async def only_notice(client, **parameters):
    (item,) = (await client.get("/v1/notices", params=parameters)).json()["items"]
    return item


async def choose(client, url="", e_mail=False, version=0):
    return await client.put(
        CHANNELS, json={"webhook_url": url, "e_mail": e_mail}, headers={"if-match": f'"v{version}"'}
    )


async def test_an_inbox_holds_ones_own_notices_newest_first_page_by_page(db, inbox):
    for number in range(5):
        await told(db, a_notice(f"k{number}"), a_notice(f"k{number}", recipient="bert"))
    client, titles, cursor = await inbox(), [], None
    while True:
        page = (await client.get("/v1/notices", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        titles += [item["title"] for item in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert titles == [f"请签署 k{number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    ("languages", "title", "language"),
    [
        ("", "请签署 one", "zh-CN"),
        ("de", "请签署 one", "zh-CN"),
        ("en", "Please sign one", "en"),
        ("zh;q=0.5,en-GB", "Please sign one", "en"),
        ("zh-CN,en;q=0.8", "请签署 one", "zh-CN"),
    ],
)
async def test_a_notice_is_told_in_the_readers_language(db, inbox, languages, title, language):
    await told(db)
    answer = await (await inbox()).get("/v1/notices", headers={"accept-language": languages})
    assert answer.json()["items"][0]["title"] == title
    assert answer.headers["content-language"] == language


async def test_a_read_notice_is_no_longer_among_the_unread_and_keeps_its_first_reading(db, inbox, clock):
    await told(db)
    client = await inbox()
    notice = await only_notice(client, unread=True)
    first = (await client.post(f"/v1/notices/{notice['notice_id']}/read")).json()["read_at"]
    clock.advance(MOMENT)
    assert (await client.post(f"/v1/notices/{notice['notice_id']}/read")).json()["read_at"] == first
    assert (await client.get("/v1/notices", params={"unread": True})).json()["items"] == []
    assert (await only_notice(client, unread=False))["read_at"] == first


async def test_anothers_notice_is_not_found(db, inbox):
    await told(db)
    path = f"/v1/notices/{(await only_notice(await inbox()))['notice_id']}"
    stranger = await inbox("bert")
    answers = [
        await stranger.get(path),
        await stranger.post(f"{path}/read"),
        await stranger.post(f"{path}/redelivery", json={"channel": "webhook"}),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def test_an_inbox_says_what_was_not_sent_because_its_channel_is_off(db, inbox):
    await told(db)
    notice = await only_notice(await inbox())
    assert {(item["channel"], item["state"]) for item in notice["deliveries"]} == {
        ("webhook", "off"),
        ("e_mail", "off"),
    }


async def test_who_never_chose_channels_has_none(inbox):
    answer = await (await inbox()).get(CHANNELS)
    assert answer.headers["etag"] == '"v0"'
    assert answer.json() == {
        "webhook_url": "", "has_webhook_secret": False, "webhook_is_on": False, "e_mail": False,
        "e_mail_offered": False, "version": 0,
    }  # fmt: skip


async def test_a_webhook_is_on_once_it_has_an_address_and_a_secret(inbox):
    client = await inbox()
    assert not (await choose(client, "https://hooks.example.com/a")).json()["webhook_is_on"]
    made = await client.post(SECRET, headers={"if-match": '"v1"'})
    assert made.json()["webhook_secret"].startswith("whsec_")
    assert made.headers["cache-control"] == "no-store"
    state = (await client.get(CHANNELS)).json()
    assert state["webhook_is_on"]
    assert "whsec_" not in str(state)


async def test_no_secret_stands_in_the_database_in_the_clear(db, inbox):
    client = await inbox()
    secret = (await client.post(SECRET, headers={"if-match": '"v0"'})).json()["webhook_secret"]
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT to_jsonb(c)::text FROM notice_channels c")
        rows += await tx.driver.fetch("SELECT to_jsonb(a)::text FROM audit a")
        rows += await tx.driver.fetch("SELECT encode(body, 'escape') FROM idempotency")
        kept = await tx.driver.fetchval("SELECT secret FROM notice_channels")
    assert secret not in str(rows)
    assert secret.encode() not in kept


async def test_a_renewed_secret_says_how_long_the_old_one_signs_along(inbox):
    client = await inbox()
    first = await client.post(SECRET, headers={"if-match": '"v0"'})
    second = await client.post(SECRET, headers={"if-match": '"v1"'})
    assert first.json()["previous_signs_until"] is None
    assert second.json()["previous_signs_until"] is not None


async def test_nobody_overwrites_channels_that_he_did_not_see(inbox):
    client = await inbox()
    await choose(client)
    stale = await choose(client, "https://hooks.example.com/a")
    missing = await client.put(CHANNELS, json={"webhook_url": "", "e_mail": False})
    also_stale = await client.post(SECRET, headers={"if-match": '"v0"'})
    assert [answer.status_code for answer in (stale, missing, also_stale)] == [412, 428, 412]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://10.0.0.1:8443/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://localhost/",
        "https://database/",
    ],
)
async def test_a_webhook_that_leads_inside_is_refused_with_its_field(inbox, url):
    answer = await choose(await inbox(notice_allow_networks=[]), url)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/webhook_url"


@pytest.mark.parametrize("url", ["ftp://a.example", "https://user:word@a.example", "https://", "x" * 600])
async def test_what_is_no_web_address_is_refused(inbox, url):
    assert (await choose(await inbox(), url)).status_code == 422


async def test_a_setting_lets_webhooks_reach_a_development_machine(inbox):
    assert (await choose(await inbox(notice_allow_networks=LOOPBACK), "http://127.0.0.1:9000/")).status_code == 200


async def test_e_mail_cannot_be_chosen_where_none_is_sent(inbox):
    answer = await choose(await inbox(), e_mail=True)
    assert (answer.status_code, answer.json()["code"]) == (409, "channel-not-offered")


async def test_e_mail_can_be_chosen_where_it_is_offered(db, inbox):
    client = await inbox(smtp_host="mail.example", smtp_sender="market@example.com")
    assert (await choose(client, e_mail=True)).json()["e_mail"]
    await told(db)
    assert "pending" in {item["state"] for item in (await only_notice(client))["deliveries"]}


async def test_what_waits_for_a_channel_that_is_switched_off_is_not_sent(db, inbox, listening):
    await told(db)
    client = await inbox()
    await choose(client, version=2)
    (state,) = [d["state"] for d in (await only_notice(client))["deliveries"] if d["channel"] == "webhook"]
    assert state == "off"


async def test_a_delivery_over_a_channel_that_is_off_is_refused(db, inbox):
    await told(db)
    client = await inbox()
    notice = await only_notice(client)
    answer = await client.post(f"/v1/notices/{notice['notice_id']}/redelivery", json={"channel": "e_mail"})
    assert (answer.status_code, answer.json()["code"]) == (409, "channel-off")


async def test_one_who_has_left_is_sent_nothing_more_and_keeps_the_inbox(db, inbox, listening):
    await told(db)
    async with db.transaction() as tx:
        await close_channels(tx, "anna")
        await notify(tx, a_notice("two"))
        assert await tx.driver.fetchval("SELECT count(*) FROM notice_channels") == 0
    items = (await (await inbox()).get("/v1/notices")).json()["items"]
    assert len(items) == 2
    assert {delivery["state"] for item in items for delivery in item["deliveries"]} == {"off"}


async def test_settings_name_a_sender_for_e_mail(inbox):
    with pytest.raises(ValueError, match="SMTP_SENDER"):
        await inbox(smtp_host="mail.example")
