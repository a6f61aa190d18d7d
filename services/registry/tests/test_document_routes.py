"""The HTTP contract of documents: what is taken, who reads it, and what is never cached."""

import pytest

from services.registry.domain.errors import IdentityBarred
from services.registry.tests.acting import apply, upload
from services.registry.tests.builders import NEEDED, a_png
from services.registry.use_cases import documents
from shared.blobs import Blobs
from shared.db.transaction import Database


async def test_a_document_is_read_by_its_provider_and_officers_and_never_cached(as_):
    provider = await as_("provider", "shop")
    path = (await apply(provider)).headers["location"]
    uploaded = await upload(provider, path, "business_licence", 5, valid_until="2999-01-01")
    assert uploaded.status_code == 201, uploaded.text
    where = uploaded.headers["location"]
    for reader in (provider, await as_("officer")):
        read = await reader.get(where)
        assert (read.status_code, read.content) == (200, a_png(5))
        assert read.headers["content-type"] == "image/png"
        assert read.headers["cache-control"] == "no-store"
        assert read.headers["x-content-type-options"] == "nosniff"
        assert read.headers["content-disposition"].startswith("attachment")
    assert (await (await as_("provider", "stranger")).get(where)).status_code == 404
    assert (await (await as_("auditor")).get(where)).status_code == 403
    listed = (await provider.get(f"{path}/documents")).json()["items"]
    assert [item["document_id"] for item in listed] == [uploaded.json()["document_id"]]


async def test_documents_come_in_pages_and_so_many_of_a_kind_are_kept(as_, monkeypatch):
    monkeypatch.setattr(documents, "MOST_OF_A_KIND", 3)
    provider = await as_("provider", "shop")
    path = (await apply(provider)).headers["location"]
    kept = [await upload(provider, path, "software_copyright", number) for number in range(3)]
    one_more = await upload(provider, path, "software_copyright", 4)
    assert (one_more.status_code, one_more.json()["code"]) == (409, "too-many-documents")
    first = (await provider.get(f"{path}/documents", params={"limit": 2})).json()
    rest = (await provider.get(f"{path}/documents", params={"limit": 2, "cursor": first["next"]})).json()
    listed = [item["document_id"] for item in (*first["items"], *rest["items"])]
    assert (listed, rest["next"]) == ([sent.json()["document_id"] for sent in kept], None)


async def test_the_same_key_uploads_once(as_):
    provider = await as_("provider", "shop")
    path = (await apply(provider)).headers["location"]
    first, again = [await upload(provider, path, "business_licence", 5) for _ in range(2)]
    assert (first.json(), again.headers["idempotency-replayed"]) == (again.json(), "true")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({}, "/kind"),
        ({"kind": "Diploma!"}, "/kind"),
        ({"kind": "business_licence", "valid_until": "soon"}, "/valid_until"),
        ({"kind": "business_licence", "valid_until": "2020-01-01"}, "/valid_until"),
        ({"kind": "business_licence", "issued_on": "2999-01-01"}, "/issued_on"),
    ],
)
async def test_a_bad_upload_is_named_by_its_parameter(as_, query, pointer):
    provider = await as_("provider", "shop")
    path = (await apply(provider)).headers["location"]
    headers = {"Idempotency-Key": "k"}
    answer = await provider.post(f"{path}/documents", content=a_png(), params=query, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_a_document_up_to_ten_megabytes_is_taken_and_a_bigger_one_refused(as_):
    provider = await as_("provider", "shop")
    path = (await apply(provider)).headers["location"]
    for size, status in ((9_000_000, 201), (11_000_000, 413)):
        content = a_png() + b"\x00" * (size - len(a_png()))
        headers = {"Idempotency-Key": f"k-{size}", "content-type": "image/png"}
        answer = await provider.post(
            f"{path}/documents", content=content, params={"kind": "business_licence"}, headers=headers
        )
        assert answer.status_code == status, answer.text


async def test_a_hundred_megabytes_are_refused_before_they_came_whether_their_length_is_said_or_not(db, as_):
    provider = await as_("provider", "shop")
    path = (await apply(provider)).headers["location"]
    sent = 0

    async def in_pieces():
        nonlocal sent
        yield a_png()
        while sent < 100_000_000:
            sent += 1_000_000
            yield b"\x00" * 1_000_000

    query = {"kind": "business_licence"}
    for key, headers in (("said", {"content-length": "100000000"}), ("unsaid", {})):
        answer = await provider.post(
            f"{path}/documents", content=in_pieces(), params=query, headers={"Idempotency-Key": key, **headers}
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert sent < 12_000_000
    async with db.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM document") == 0
        assert await tx.driver.fetchval("SELECT count(*) FROM idempotency WHERE key IN ('said', 'unsaid')") == 0


async def test_strangers_are_refused_and_a_slow_file_holds_no_transaction(db, as_, monkeypatch):
    path = (await apply(await as_("provider", "shop"))).headers["location"]
    began, whole = [], False

    async def slow():
        nonlocal whole
        yield a_png()[:10]
        whole = True
        yield a_png()[10:]

    transaction = Database.transaction

    def noted(self, *context):
        began.append(whole)
        return transaction(self, *context)

    monkeypatch.setattr(Database, "transaction", noted)
    query, headers = {"kind": "business_licence"}, {"Idempotency-Key": "k", "content-type": "image/png"}
    for role, status in (("merchant", 403), ("provider", 201)):
        client = await as_(role, "shop")
        began.clear()
        answer = await client.post(f"{path}/documents", content=slow(), params=query, headers=headers)
        assert answer.status_code == status, answer.text
        assert all(began)


async def test_what_is_refused_late_leaves_no_file(as_, monkeypatch):
    provider = await as_("provider", "shop")
    path = (await apply(provider)).headers["location"]

    async def barred(*_):
        raise IdentityBarred("The enterprise was expelled")

    put = []
    monkeypatch.setattr(documents, "keep_traits", barred)
    monkeypatch.setattr(Blobs, "put", lambda self, data: put.append(data))
    refused = await upload(provider, path, "business_licence")
    assert (refused.status_code, refused.json()["code"], put) == (409, "identity-barred", [])


async def test_the_kinds_of_documents_are_told(as_):
    kinds = (await (await as_("provider")).get("/v1/document-kinds")).json()["items"]
    assert {kind["kind"] for kind in kinds if kind["required"]} == set(NEEDED)
