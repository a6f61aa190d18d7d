"""Files lie under what they contain; what they are is said by their bytes."""

import hashlib

import pytest

from shared.blobs import Blobs, BlobSettings, UnknownContent, sniff
from shared.errors import NotFound, Transient


@pytest.fixture
def blobs(tmp_path):
    return Blobs.of(BlobSettings(database_url="", blob_url=tmp_path.resolve().as_uri()))


async def test_a_file_comes_back_by_its_digest_and_the_same_bytes_are_one_file(blobs, tmp_path):
    first, second = await blobs.put(b"%PDF-1.7 ..."), await blobs.put(b"%PDF-1.7 ...")
    assert first == second
    assert first.sha256 == hashlib.sha256(b"%PDF-1.7 ...").hexdigest()
    assert await blobs.get(first.sha256) == b"%PDF-1.7 ..."
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


async def test_a_deleted_file_is_gone_and_deleting_it_again_is_no_error(blobs):
    ref = await blobs.put(b"bytes")
    await blobs.delete(ref.sha256)
    await blobs.delete(ref.sha256)
    with pytest.raises(NotFound):
        await blobs.get(ref.sha256)


async def test_bytes_that_changed_in_the_store_are_not_given_out(blobs, tmp_path):
    ref = await blobs.put(b"bytes")
    (tmp_path / ref.sha256[:2] / ref.sha256).write_bytes(b"other")
    with pytest.raises(Transient, match="other bytes"):
        await blobs.get(ref.sha256)


@pytest.mark.parametrize("address", ["", "../../etc/passwd", "A" * 64, "0" * 63])
async def test_what_is_no_address_reaches_no_file(blobs, address):
    with pytest.raises(NotFound):
        await blobs.get(address)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"%PDF-1.4", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
    ],
)
def test_a_file_is_what_its_bytes_say(data, media_type):
    assert sniff(data) == media_type


@pytest.mark.parametrize(
    "data", [b"", b"<svg onload=alert(1)>", b"<!doctype html>", b"MZ\x90", b"PK\x03\x04", b"RIFF....WAVE", b" %PDF-1.4"]
)
def test_what_could_act_or_is_unknown_is_refused(data):
    with pytest.raises(UnknownContent):
        sniff(data)


@pytest.mark.parametrize("url", ["http://x/y", "relative/path", "s3:///nobucket", "file://host/path"])
def test_a_store_that_cannot_be_is_refused_in_the_settings(url):
    with pytest.raises(ValueError, match="BLOB_URL must be"):
        BlobSettings(database_url="", blob_url=url)
