"""The HTTP contract of documents: what is taken, who reads it, and what is never cached."""

import pytest

from services.registry.tests.acting import apply, upload
from services.registry.tests.builders import NEEDED, a_png


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


async def test_the_kinds_of_documents_are_told(as_):
    kinds = (await (await as_("provider")).get("/v1/document-kinds")).json()["items"]
    assert {kind["kind"] for kind in kinds if kind["required"]} == set(NEEDED)
