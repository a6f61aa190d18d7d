"""Documents on a real database: taken for what they are, sealed, and read with a record."""

from datetime import date, timedelta

import pytest

from services.registry import store
from services.registry.domain.document import today
from services.registry.domain.errors import DocumentExpired, DocumentMismatch
from services.registry.tests.builders import a_code, an_applicant, an_upload, the_blobs, the_vault
from services.registry.use_cases import documents
from shared.blobs import UnknownContent
from shared.errors import Invalid, NotFound


async def upload(db, provider, account_id="account-1", **values):
    async with db.transaction() as tx:
        return await documents.upload_document(
            tx, the_vault(), the_blobs(), provider.provider_id, account_id, an_upload(**values)
        )


async def test_the_content_comes_back_as_it_was_and_is_kept_sealed(db):
    provider, picture = await an_applicant(db), an_upload().content
    _, document = await upload(db, provider, content=picture)
    assert picture not in await the_blobs().get(document.blob)
    async with db.transaction() as tx:
        assert await documents.read_document(tx, the_vault(), the_blobs(), document) == picture
    async with db.transaction() as tx:
        trail = await tx.driver.fetch("SELECT target FROM audit WHERE action = 'read_document'")
    assert [row["target"] for row in trail] == [f"document:{document.document_id}"]


async def test_the_same_file_again_changes_nothing_and_another_replaces_it(db):
    provider, picture = await an_applicant(db), an_upload().content
    _, first = await upload(db, provider, content=picture)
    _, again = await upload(db, provider, content=picture)
    _, other = await upload(db, provider)
    async with db.transaction() as tx:
        kept = await store.documents(tx, provider.provider_id)
    assert again.document_id == first.document_id
    assert [(d.document_id, d.replaced_at is None) for d in kept] == [
        (first.document_id, False), (other.document_id, True),
    ]  # fmt: skip


async def test_certificates_for_categories_stand_side_by_side(db):
    provider = await an_applicant(db)
    for number in ("软著登字第1号", "软著登字第2号"):
        await upload(db, provider, kind="software_copyright", number=number)
    async with db.transaction() as tx:
        assert all(d.replaced_at is None for d in await store.documents(tx, provider.provider_id))


@pytest.mark.parametrize(
    ("values", "refusal", "pointer"),
    [
        ({"kind": "diploma"}, Invalid, "/kind"),
        ({"content": b""}, Invalid, ""),
        ({"number": "A-1", "kind": "identity_card_front"}, Invalid, "/number"),
        ({"number": a_code()}, DocumentMismatch, "/number"),
        ({"declared": "application/pdf"}, DocumentMismatch, "/Content-Type"),
        ({"issued_on": date(2999, 1, 1)}, Invalid, "/issued_on"),
        ({"issued_on": date(2020, 1, 2), "valid_until": date(2020, 1, 1)}, Invalid, "/valid_until"),
        ({"valid_until": date(2020, 1, 1)}, DocumentExpired, "/valid_until"),
    ],
)
async def test_a_document_that_cannot_be_taken_names_why_and_leaves_nothing(db, values, refusal, pointer):
    provider = await an_applicant(db)
    with pytest.raises(refusal) as refused:
        await upload(db, provider, **values)
    assert refused.value.facts["errors"][0]["pointer"] == pointer
    async with db.transaction() as tx:
        assert await store.documents(tx, provider.provider_id) == []


@pytest.mark.parametrize("content", [b"<html><script>", b"<svg xmlns='x'/>", b"MZ\x90\x00" + b"\x00" * 60, b"%PD"])
async def test_what_is_neither_picture_nor_pdf_is_refused(db, content):
    provider = await an_applicant(db)
    with pytest.raises(UnknownContent):
        await upload(db, provider, content=content, declared="")


async def test_a_document_holds_on_its_last_day(db, clock):
    provider = await an_applicant(db)
    last = today(clock.at)
    _, document = await upload(db, provider, valid_until=last)
    assert document.is_valid(clock.at)
    assert not document.is_valid(clock.at + timedelta(days=1))


async def test_the_own_code_is_taken_as_the_licences_number(db):
    provider = await an_applicant(db)
    _, document = await upload(db, provider, number=provider.unified_social_credit_code)
    assert document.number == provider.unified_social_credit_code


async def test_a_stranger_uploads_nothing(db):
    provider = await an_applicant(db)
    with pytest.raises(NotFound):
        await upload(db, provider, "stranger")
