"""Images come in by HTTP, are shown while a visible listing shows them, and are forgotten when nothing does."""

from datetime import timedelta

import pytest

from services.catalog import store
from services.catalog.tasks import delete_due_images
from services.catalog.tests.asking import a_body, create, problem, publish
from services.catalog.tests.builders import a_cause, an_image, restrict
from services.catalog.tests.drawing import a_file, a_picture, with_code
from services.catalog.use_cases.images import MOST_IMAGES, forget_unused_images
from shared.blobs import Blobs, BlobSettings
from shared.contracts.effects import Effect, Target
from shared.errors import NotFound
from shared.testing.secrets import secret_settings


@pytest.fixture
def blobs():
    return Blobs.of(BlobSettings(database_url="", blob_url=secret_settings()["blob_url"]))


async def upload(client, content=None, key="key"):
    sent = a_file() if content is None else content
    return await client.post("/v1/images", content=sent, headers={"Idempotency-Key": key})


async def test_the_same_picture_again_is_the_same_image(as_):
    provider = await as_("provider", "shop")
    first, again = await upload(provider), await upload(provider, key="another")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    told = first.json()
    assert (told["media_type"], told["width"], told["height"], told["codes"]) == ("image/png", 256, 256, [])
    assert first.headers["location"] == told["address"] == f"/v1/images/{told['sha256']}"


async def test_an_image_is_only_its_accounts_and_staffs_until_a_listing_shows_it(as_, seller):
    provider, nobody = await as_("provider", "shop"), await as_("")
    sha256 = (await upload(provider, a_file(a_picture(300, 300)))).json()["sha256"]
    path = f"/v1/images/{sha256}"
    for stranger in (nobody, await as_("provider", "other"), await as_("merchant")):
        assert (await stranger.get(path)).status_code == 404
    for friend in (provider, await as_("reviewer")):
        seen = await friend.get(path)
        assert (seen.status_code, seen.headers["cache-control"]) == (200, "private, no-cache")

    await publish(as_, logo=sha256)
    shown = await nobody.get(path)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
    assert shown.headers["cache-control"] == "public, no-cache"
    assert (await nobody.get(path, headers={"If-None-Match": shown.headers["etag"]})).status_code == 304


async def test_the_image_of_a_hidden_listing_is_hidden_too(as_, db, clock):
    sha256 = (await upload(await as_("provider", "shop"), a_file(a_picture(301, 301)))).json()["sha256"]
    listing_id = (await publish(as_, details=f'说明<img src="/v1/images/{sha256}">')).rpartition("/")[2]
    nobody = await as_("")
    assert (await nobody.get(f"/v1/images/{sha256}")).status_code == 200
    cause = a_cause(Effect.LIST, Effect.ORDER, from_=clock.at)
    await restrict(db, Target(kind="listing", id=listing_id), cause)
    assert (await nobody.get(f"/v1/images/{sha256}")).status_code == 404


async def test_a_listing_shows_only_images_of_its_own_account(as_, db):
    strange = (await an_image(db, "other", sha256="cd" * 32)).sha256
    provider = await as_("provider", "shop")
    for values, pointer in (
        ({"logo": "ef" * 32}, "/logo"),
        ({"logo": strange}, "/logo"),
        ({"screenshots": [strange]}, "/screenshots/0"),
        ({"details": f'<img src="/v1/images/{strange}">'}, "/details"),
    ):
        refused = await create(provider, **values)
        assert problem(refused) == (422, "invalid")
        assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert (await provider.get("/v1/listings")).json()["items"] == []


async def test_a_qr_code_forbids_the_submission(as_):
    provider = await as_("provider", "shop")
    uploaded = (await upload(provider, a_file(with_code("https://pay.example/x"), "WEBP"))).json()
    assert uploaded["codes"] == ["https://pay.example/x"]
    created = await create(provider, screenshots=[uploaded["sha256"]])
    refused = await provider.post(f"{created.headers['location']}/submission")
    assert problem(refused) == (409, "screening-blocked")
    [found] = [f for f in refused.json()["findings"] if f["severity"] == "blocks"]
    assert (found["clause"], found["field"]) == ("4.4.4", "screenshots[0]")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "invalid"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "unknown-content"),
        (b"GIF89a\x01\x00\x01\x00", "unknown-content"),
        (b"PK\x03\x04" + bytes(100), "unknown-content"),
        (b"%PDF-1.7\n", "unknown-content"),
        (b"\x89PNG\r\n\x1a\n" + bytes(1000), "broken-image"),
        (b"\xff\xd8\xff\xe0" + bytes(1000), "broken-image"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "broken-image"),
    ],
)
async def test_what_is_no_image_is_refused_and_nothing_is_kept(as_, db, content, code):
    assert problem(await upload(await as_("provider", "shop"), content)) == (422, code)
    async with db.transaction() as tx:
        assert await store.count_images(tx, "shop") == 1


async def test_a_file_over_five_megabytes_is_refused(as_):
    assert (await upload(await as_("provider", "shop"), bytes(5_000_001))).status_code == 413


async def test_only_a_provider_that_is_known_uploads_images(as_):
    assert problem(await upload(await as_("provider", "nobody-knows"))) == (409, "provider-unknown")
    assert (await upload(await as_("merchant"))).status_code == 403
    assert (await upload(await as_(""))).status_code == 401


async def test_an_account_keeps_a_limited_number_of_images(as_, db):
    provider = await as_("provider", "shop")
    first = await upload(provider)
    async with db.transaction() as tx:
        await tx.driver.execute(
            "INSERT INTO image SELECT md5(n::text), 'shop', media_type, width, height, size, codes, perceptual,"
            " created_at, used_at FROM image, generate_series(3, $1) AS n WHERE sha256 = $2",
            MOST_IMAGES,
            first.json()["sha256"],
        )
    assert problem(await upload(provider, a_file(a_picture(400, 400)), key="more")) == (409, "image-limit")
    assert (await upload(provider, key="again")).json() == first.json()


async def test_an_image_that_no_version_shows_is_forgotten_after_a_week_with_its_file(as_, db, clock, blobs):
    provider = await as_("provider", "shop")
    unused = (await upload(provider, a_file(a_picture(302, 302)))).json()["sha256"]
    used = (await upload(provider, a_file(a_picture(303, 303)), key="used")).json()["sha256"]
    shared = (await upload(provider, a_file(a_picture(304, 304)), key="shared")).json()["sha256"]
    await create(provider, logo=used)

    clock.advance(timedelta(days=8))
    await upload(await as_("provider", "other"), a_file(a_picture(304, 304)))
    async with db.transaction() as tx:
        await forget_unused_images(tx)
    assert await delete_due_images(db, blobs) == 1 + 1  # and the logo that no draft here shows
    assert await delete_due_images(db, blobs) == 0
    with pytest.raises(NotFound):
        await blobs.get(unused)
    for kept in (used, shared):
        assert await blobs.get(kept)
    assert (await provider.get(f"/v1/images/{shared}")).status_code == 404
    assert (await upload(provider, a_file(a_picture(302, 302)), key="back")).json()["sha256"] == unused
    assert await blobs.get(unused)


async def test_an_image_that_leaves_the_draft_is_no_longer_shown_by_it(as_, db):
    provider = await as_("provider", "shop")
    first, second = [
        (await upload(provider, a_file(a_picture(side, side)), key=str(side))).json()["sha256"] for side in (310, 311)
    ]
    created = await create(provider, logo=first, screenshots=[second])
    path, tag = f"{created.headers['location']}/draft", {"If-Match": created.headers["etag"]}
    assert (await provider.put(path, json=a_body(logo=second), headers=tag)).status_code == 200
    async with db.transaction() as tx:
        uses = await tx.driver.fetch("SELECT sha256 FROM image_use")
    assert [row["sha256"] for row in uses] == [second]


async def test_an_image_that_is_just_being_used_is_not_forgotten(as_, db, clock):
    provider = await as_("provider", "shop")
    sha256 = (await upload(provider)).json()["sha256"]
    clock.advance(timedelta(days=8))
    async with db.transaction() as using:
        assert await store.touch_images(using, "shop", {sha256}) == {sha256}
        async with db.transaction() as forgetting:
            assert sha256 not in await store.abandon_images(forgetting, clock.at - timedelta(days=7), 10)
    async with db.transaction() as tx:
        assert sha256 not in await store.abandon_images(tx, clock.at - timedelta(days=7), 10)
        assert await store.images(tx, {sha256})
