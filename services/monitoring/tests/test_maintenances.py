"""Announced maintenances: a provider's own, early or late, called off, read by everybody, told again."""

from datetime import timedelta

import pytest

from services.monitoring.domain.maintenance import MOST_AHEAD, Maintenance
from services.monitoring.tests.builders import AT, LISTING, PROVIDER, STORY, a_standing, told
from services.monitoring.use_cases.maintenances import tell_maintenances
from shared.contracts.registry import Standing
from shared.ids import new_id

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PATH = f"/v1/listings/{LISTING}/maintenances"


@pytest.mark.parametrize(("ahead", "is_late"), [(3 * DAY, False), (3 * DAY - HOUR, True), (HOUR, True)])
def test_three_days_ahead_is_early_enough(ahead, is_late):
    rest = Maintenance(new_id(), LISTING, PROVIDER, AT, AT + ahead, AT + ahead + HOUR, "an upgrade", STORY)
    assert rest.state().is_late is is_late


@pytest.fixture
async def provider(client_for, followed, react, token):
    await react(a_standing(standing=Standing.ADMITTED))
    return await client_for("monitoring", followed, token("provider", "account-1"))


@pytest.fixture
async def public(client_for, followed):
    return await client_for("monitoring", followed)


def rest(starts=5 * DAY, ends=5 * DAY + HOUR, **changes):
    return {"starts_at": (AT + starts).isoformat(), "ends_at": (AT + ends).isoformat(), "reason": "升级"} | changes


async def announce(client, key="", path=PATH, **changes):
    return await client.post(path, json=rest(**changes), headers={"Idempotency-Key": key or str(new_id())})


async def test_what_is_announced_is_told_and_read_and_a_repeat_announces_nothing_more(provider, public, followed):
    first, again = [await announce(provider, "once") for _ in range(2)]
    assert (first.status_code, first.json(), first.json()["is_late"]) == (201, again.json(), False)
    assert (await public.get(PATH)).json() == {"items": [first.json()], "next": None}
    one = await public.get(first.headers["location"])
    assert (one.json(), one.headers["etag"]) == (first.json(), '"v1"')
    [(name, state, story)] = await told(followed)
    assert (name, state["maintenance_id"], story) == ("maintenance.announced", first.json()["maintenance_id"], STORY)
    assert (state["cancelled_at"], state["reason"]) == (None, "升级")


async def test_it_is_called_off_before_it_starts_and_told_so(provider, public, followed, clock):
    made = (await announce(provider, starts=HOUR, ends=2 * HOUR)).json()
    assert made["is_late"] is True
    path, why = f"/v1/maintenances/{made['maintenance_id']}", {"reason": "not needed"}
    assert (await provider.post(f"{path}/cancellation", json=why)).status_code == 428
    off = await provider.post(f"{path}/cancellation", json=why, headers={"If-Match": '"v1"'})
    assert (off.status_code, off.headers["etag"]) == (200, '"v2"')
    assert (await public.get(path)).json()["cancelled_at"] is not None
    stale = await provider.post(f"{path}/cancellation", json=why, headers={"If-Match": '"v1"'})
    twice = await provider.post(f"{path}/cancellation", json=why, headers={"If-Match": '"v2"'})
    assert (stale.json()["code"], twice.json()["code"]) == ("stale-version", "maintenance-began")
    began = (await announce(provider, starts=HOUR, ends=2 * HOUR)).json()["maintenance_id"]
    clock.advance(HOUR)
    late = await provider.post(f"/v1/maintenances/{began}/cancellation", json=why, headers={"If-Match": '"v1"'})
    assert late.json()["code"] == "maintenance-began"
    assert [bool(state["cancelled_at"]) for _, state, _ in await told(followed)] == [False, True, False]


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"starts": -HOUR}, "wrong-period", "/starts_at"),
        ({"ends": 5 * DAY}, "wrong-period", "/ends_at"),
        ({"ends": 13 * DAY}, "wrong-period", "/ends_at"),
        ({"starts": 400 * DAY, "ends": 401 * DAY}, "wrong-period", "/starts_at"),
        ({"reason": " "}, "invalid", "/reason"),
        ({"reason": "two\nlines"}, "invalid", "/reason"),
        ({"starts_at": "tomorrow"}, "invalid", "/starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "invalid", "/starts_at"),
        ({"more": 1}, "invalid", "/more"),
    ],
)
async def test_a_period_that_makes_no_sense_is_refused_with_its_place(provider, public, changes, code, pointer):
    refused = await announce(provider, **changes)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert pointer in [error["pointer"] for error in refused.json()["errors"]]
    assert (await public.get(PATH)).json()["items"] == []


async def test_only_the_listings_own_provider_announces_and_calls_off(provider, client_for, followed, token):
    made = (await announce(provider)).json()["maintenance_id"]
    other = await client_for("monitoring", followed, token("provider", "account-2"))
    assert (await announce(other)).status_code == 404
    assert (await announce(provider, path=f"/v1/listings/{new_id()}/maintenances")).status_code == 404
    path = f"/v1/maintenances/{made}/cancellation"
    assert (await other.post(path, json={"reason": "x"}, headers={"If-Match": '"v1"'})).status_code == 404


async def test_so_many_lie_ahead_and_no_more_and_all_are_told_again(provider, public, followed):
    made = [await announce(provider, starts=DAY + n * HOUR, ends=DAY + (n + 1) * HOUR) for n in range(MOST_AHEAD + 1)]
    assert [answer.status_code for answer in made] == [201] * MOST_AHEAD + [409]
    page = (await public.get(f"{PATH}?limit=15")).json()
    rest_of_it = (await public.get(f"{PATH}?limit=15&cursor={page['next']}")).json()
    assert (len(page["items"]), len(rest_of_it["items"]), rest_of_it["next"]) == (15, 5, None)
    before = len(await told(followed))
    async with followed.transaction() as tx:
        last = await tell_maintenances(tx, "", 15)
        assert await tell_maintenances(tx, last, 15) == ""
    assert len(await told(followed)) - before == MOST_AHEAD
