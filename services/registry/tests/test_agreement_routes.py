"""Announcements of agreements, and signatures, by HTTP: statuses, problems and rights."""

from datetime import timedelta

import pytest

from services.registry.tests.acting import submitted


def an_announcement(clock, days=10, **values):
    return {
        "agreement": "service", "version": "2027-01", "title": "服务协议", "text": "一、新条款。",
        "in_force_at": (clock.at + timedelta(days=days)).isoformat(), "reason": "rules changed", **values,
    }  # fmt: skip


async def announce(client, body, key="announce-1"):
    return await client.post("/v1/agreements", json=body, headers={"Idempotency-Key": key})


async def test_an_officer_announces_a_version_that_everybody_reads_and_a_provider_signs(as_, clock):
    officer, provider = await as_("officer"), await as_("provider", "shop")
    path, _ = await submitted(provider)
    announced = await announce(officer, an_announcement(clock))
    assert (announced.status_code, announced.json()["in_force"]) == (201, False), announced.text
    shown = await (await as_("")).get(announced.headers["location"])
    assert (shown.status_code, shown.json()) == (200, announced.json())
    signed = await provider.post(
        f"{path}/signatures", json={"agreement": "service", "version": "2027-01"}, headers={"user-agent": "shop/1"}
    )
    assert signed.status_code == 201, signed.text
    last = (await provider.get(f"{path}/signatures")).json()["items"][-1]
    assert (last["version"], last["signed_by"], last["user_agent"]) == ("2027-01", "shop", "shop/1")
    assert (last["text_hash"], bool(last["address"])) == (announced.json()["text_hash"], True)


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"days": 6}, "/in_force_at"),
        ({"announced_at": "2001-01-01T00:00:00Z"}, "/announced_at"),
        ({"announced_at": "9999-12-31T23:59:59-23:59"}, "/announced_at"),
        ({"in_force_at": "9999-12-31T23:59:59-23:59"}, "/in_force_at"),
        ({"in_force_at": "0001-01-01T00:00:00+23:59"}, "/in_force_at"),
        ({"text": " \n"}, "/text"),
        ({"version": "a b"}, "/version"),
        ({"title": "\x00"}, "/title"),
        ({"reason": "ask 13812345678"}, "/reason"),
    ],
)
async def test_an_announcement_that_is_early_short_or_malformed_is_refused_with_its_field(as_, clock, values, pointer):
    refused = await announce(await as_("officer"), an_announcement(clock, **values))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_a_known_version_is_not_announced_again_and_only_officers_announce(as_, clock):
    officer = await as_("officer")
    known = await announce(officer, an_announcement(clock, version="2020-02"), "known")
    assert (known.status_code, known.json()["code"]) == (409, "agreement-known")
    for role in ("provider", "reviewer", "merchant"):
        assert (await announce(await as_(role), an_announcement(clock), "denied")).status_code == 403
    assert (await (await as_("")).get("/v1/agreements/service/2027-01")).status_code == 404
