"""The dry run: what the screening would say, with nothing kept."""

import pytest

from services.catalog.domain.screening.text import normalise
from services.catalog.tests.asking import a_body, create, problem
from shared.ids import new_id

PATH = "/v1/screenings"


async def count(db):
    async with db.transaction() as tx:
        return await tx.driver.fetchval("SELECT (SELECT count(*) FROM listing) + (SELECT count(*) FROM outbox)")


async def test_findings_come_in_reading_order_with_both_languages_and_counts(as_, db):
    provider = await as_("provider", "shop")
    body = a_body(name="全网第一打单", details="<p>加微信：kuaidan88。保证爆单。</p>", summary="首选打单工具")
    answer = await provider.post(PATH, json=body)
    assert answer.status_code == 200
    said = answer.json()
    fields = [finding["field"] for finding in said["findings"]]
    assert fields == sorted(fields, key=["name", "summary", "details"].index)
    assert (said["blocks"], said["warns"], said["advises"]) == tuple(
        sum(1 for f in said["findings"] if f["severity"] == grade) for grade in ("blocks", "warns", "advises")
    )
    assert not said["can_be_submitted"]
    assert {"contact-wechat", "overpromise"} <= {f["detector"] for f in said["findings"]}
    assert all(f[key][language] for f in said["findings"] for key in ("why", "advice") for language in ("zh", "en"))
    assert await count(db) == 0


async def test_a_clean_listing_could_be_submitted(as_):
    said = (await (await as_("provider", "shop")).post(PATH, json=a_body())).json()
    assert (said["findings"], said["can_be_submitted"], said["category_number"]) == ([], True, 1)
    assert said["rules_digest"]


async def test_it_says_what_the_draft_will_say(as_):
    provider = await as_("provider", "shop")
    values = {"name": "最佳打单", "details": "<script>x()</script>QQ：123456789"}
    tried = (await provider.post(PATH, json=a_body(**values))).json()["findings"]
    assert tried == (await create(provider, **values)).json()["findings"]


async def test_a_change_of_ones_own_listing_is_tried_as_that_listing(as_):
    provider = await as_("provider", "shop")
    listing_id = (await create(provider)).json()["listing_id"]
    assert (await provider.post(PATH, json=a_body() | {"listing_id": listing_id})).json()["findings"] == []
    other = await as_("provider", "other")
    assert problem(await other.post(PATH, json=a_body() | {"listing_id": listing_id})) == (404, "not-found")
    assert problem(await provider.post(PATH, json=a_body() | {"listing_id": str(new_id())})) == (404, "not-found")


async def test_a_category_that_does_not_exist_is_a_finding_while_one_writes(as_):
    said = (await (await as_("provider", "shop")).post(PATH, json=a_body(category="no-such"))).json()
    assert [(f["field"], f["clause"]) for f in said["findings"]] == [("category", "4.2")]


async def test_who_has_not_applied_yet_may_try(as_):
    assert (await (await as_("provider", "newcomer")).post(PATH, json=a_body())).status_code == 200


@pytest.mark.parametrize("role", ["merchant", "reviewer", "officer", "service"])
async def test_only_providers_try(as_, role):
    assert (await (await as_(role)).post(PATH, json=a_body())).status_code == 403


async def test_bad_input_is_a_problem_with_its_place(as_):
    provider = await as_("provider", "shop")
    assert (await (await as_("")).post(PATH, json=a_body())).status_code == 401
    for values, pointer in (
        ({"name": ""}, "/name"),
        ({"listing_id": "x"}, "/listing_id"),
        ({"plans": [{}]}, "/plans/0"),
    ):
        refused = await provider.post(PATH, json=a_body() | values)
        assert problem(refused) == (422, "invalid")
        assert any(error["pointer"].startswith(pointer) for error in refused.json()["errors"])


async def test_spans_point_into_the_text_as_it_would_be_kept(as_):
    details = "<p onclick='x()'>联系<b>１３８</b>12345678</p>"
    said = (await (await as_("provider", "shop")).post(PATH, json=a_body(details=details))).json()
    [phone] = [f for f in said["findings"] if f["detector"] == "contact-phone"]
    assert normalise(phone["matched"]).text.startswith("138</b>12345678")
