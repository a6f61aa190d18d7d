"""Categories as versioned data: what came with the platform, what staff publishes, and when it comes in force."""

from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from services.catalog import store
from services.catalog.domain.category import Category
from services.catalog.domain.errors import CategoryKnown, CategoryMisplaced
from services.catalog.rules import category_tree
from services.catalog.seed import seed_categories
from services.catalog.tests.asking import problem
from services.catalog.use_cases.categories import bring_categories_in_force, create_category, publish_category
from shared.errors import Invalid

FILE = category_tree()
ERP = next(entry for entry in FILE if entry.code == "erp").definition


def the_file_with(code, **values):
    return [
        Category(**{**{name: getattr(e, name) for name in Category.__dataclass_fields__}, **values})
        if e.code == code
        else e
        for e in FILE
    ]


async def seed(db, tree=None):
    async with db.transaction() as tx:
        await seed_categories(tx, tree)


async def publish(db, definition, code="erp", **values):
    async with db.transaction() as tx:
        return await publish_category(tx, code, definition, "officer-1", "new rules", **values)


async def in_force(db, code="erp"):
    async with db.transaction() as tx:
        found = await store.lock_category(tx, code)
        return found.number, found.definition


def test_every_category_that_takes_listings_says_what_it_asks_for():
    for entry in FILE:
        if entry.takes_listings:
            d = entry.definition
            stated = (
                d.core_functions,
                d.core_functions_en,
                d.required_blocks,
                d.forbidden_functions,
                d.allowed_periods,
            )
            assert all(stated), entry.code
            assert len(set(d.keywords)) == len(d.keywords) >= 10, entry.code


async def test_seeding_twice_changes_nothing(db):
    await seed(db)
    await seed(db)
    async with db.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM audit") == 1
        assert [c.code for c in await store.categories(tx)] == [entry.code for entry in FILE]
        assert (await store.lock_category(tx, "erp")).definition == ERP


async def test_a_newer_file_publishes_a_new_version(db):
    await seed(db)
    await seed(db, the_file_with("erp", title_en="Enterprise resource planning"))
    assert await in_force(db) == (2, replace(ERP, title_en="Enterprise resource planning"))


async def test_what_staff_published_stays_when_the_file_says_otherwise(db):
    await seed(db)
    await publish(db, replace(ERP, title_en="Staff's own"))
    await seed(db, the_file_with("erp", title_en="The file's"))
    number, definition = await in_force(db)
    assert (number, definition.title_en) == (2, "Staff's own")


async def test_an_announced_version_comes_in_force_at_its_time(db, clock):
    await seed(db)
    await publish(db, replace(ERP, allowed_periods=(30,)), in_force_from=clock() + timedelta(days=1))
    async with db.transaction() as tx:
        assert await bring_categories_in_force(tx) == 0
    assert (await in_force(db))[0] == 1
    clock.advance(timedelta(days=1))
    async with db.transaction() as tx:
        assert await bring_categories_in_force(tx) == 1
        assert await bring_categories_in_force(tx) == 0
    assert await in_force(db) == (2, replace(ERP, allowed_periods=(30,)))
    async with db.transaction() as tx:
        assert (await store.category_version(tx, "erp", 1)).definition == ERP


async def test_a_version_does_not_begin_in_the_past(db, clock):
    await seed(db)
    with pytest.raises(Invalid):
        await publish(db, ERP, in_force_from=clock() - timedelta(seconds=1))


async def test_a_category_takes_listings_or_has_others_below_it(db, clock):
    await seed(db)
    with pytest.raises(CategoryMisplaced):
        await publish(db, replace(ERP, title_en="Group"), code="marketing")
    for parent, refusal in (("erp", CategoryMisplaced), ("nowhere", Invalid)):
        with pytest.raises(refusal):
            async with db.transaction() as tx:
                await create_category(tx, "new", parent, ERP, "officer-1", "wanted")
    async with db.transaction() as tx:
        await create_category(tx, "returns", "customer-service", ERP, "officer-1", "wanted")
    with pytest.raises(CategoryKnown):
        async with db.transaction() as tx:
            await create_category(tx, "returns", "", ERP, "officer-1", "wanted")
    await publish(db, replace(ERP, takes_listings=False), code="returns")
    await publish(db, ERP, code="returns", in_force_from=clock() + timedelta(days=1))
    with pytest.raises(CategoryMisplaced):
        async with db.transaction() as tx:
            await create_category(tx, "below", "returns", ERP, "officer-1", "wanted")


# --- over HTTP

BODY = {**asdict(ERP), "reason": "new rules"}


async def test_everybody_reads_the_tree_and_asks_only_whether_it_changed(as_):
    nobody = await as_("")
    answer = await nobody.get("/v1/categories")
    erp = next(item for item in answer.json()["items"] if item["code"] == "erp")
    assert (erp["parent"], erp["number"], erp["requires_qualification"]) == ("store-management", 1, True)
    assert erp["required_blocks"][0]["words"]
    tag = {"If-None-Match": answer.headers["etag"]}
    assert (await nobody.get("/v1/categories", headers=tag)).status_code == 304
    officer = await as_("officer", "olga")
    made = await officer.post("/v1/categories/erp/versions", json=BODY, headers={"Idempotency-Key": "1"})
    assert (made.status_code, made.json()["number"]) == (201, 2)
    assert (await nobody.get("/v1/categories", headers=tag)).status_code == 200
    page = (await nobody.get("/v1/categories/erp")).json()
    assert [version["number"] for version in page["versions"]] == [2, 1]
    assert "olga" not in str(page)
    first = (await nobody.get("/v1/categories/erp/versions/1")).json()
    assert first["definition"]["allowed_periods"] == list(ERP.allowed_periods)
    assert problem(await nobody.get("/v1/categories/erp/versions/9")) == (404, "not-found")


async def test_a_new_category_takes_listings_at_once(as_):
    officer = await as_("officer", "olga")
    body = {**BODY, "code": "returns", "parent": "customer-service"}
    made = await officer.post("/v1/categories", json=body, headers={"Idempotency-Key": "1"})
    again = await officer.post("/v1/categories", json=body, headers={"Idempotency-Key": "1"})
    assert made.status_code == again.status_code == 201
    assert (await officer.get(made.headers["location"])).json()["parent"] == "customer-service"
    other = await officer.post("/v1/categories", json=body, headers={"Idempotency-Key": "2"})
    assert problem(other) == (409, "category-known")


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"allowed_periods": [0]}, "/allowed_periods/0"),
        ({"allowed_periods": [3651]}, "/allowed_periods/0"),
        ({"allowed_periods": [30, 30]}, ""),
        ({"required_blocks": [{"title_zh": "说明", "title_en": "Use", "words": []}]}, "/required_blocks/0/words"),
        (
            {"forbidden_functions": [{"title_zh": "a", "title_en": "a", "clause": "x", "words": ["a"]}]},
            "/forbidden_functions/0/clause",
        ),
        ({"core_functions": ""}, ""),
        ({"keywords": ["词"] * 501}, "/keywords"),
        ({"in_force_from": "2020-01-01T00:00:00Z"}, "/in_force_from"),
        ({"title_zh": "\u0000"}, "/title_zh"),
    ],
)
async def test_a_definition_that_is_not_sound_is_refused_with_its_place(as_, values, pointer):
    officer = await as_("officer", "olga")
    answer = await officer.post(
        "/v1/categories/erp/versions", json={**BODY, **values}, headers={"Idempotency-Key": "1"}
    )
    assert problem(answer) == (422, "invalid")
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
