"""Files in an S3-compatible store: the same promises as in a folder, over HTTP."""

import asyncio
import hashlib
import socket
from email.utils import formatdate

import pytest
import uvicorn

from shared.blobs import Blobs, BlobSettings
from shared.errors import NotFound, Transient


class Bucket:
    """As much of S3 as files need. `failures` of the next requests are answered 503, as a busy store does."""

    def __init__(self):
        self.url, self.objects, self.seen, self.failures = "", {}, [], 0

    async def __call__(self, scope, receive, send):
        assert scope["type"] == "http"
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.seen.append((scope["method"], scope["path"], headers))
        status, content = self._answer(scope["method"], scope["path"], body)
        sent = [
            (b"content-length", str(len(content)).encode()),
            (b"etag", b'"%s"' % hashlib.md5(content or body).hexdigest().encode()),
            (b"last-modified", formatdate(usegmt=True).encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": sent})
        await send({"type": "http.response.body", "body": content})

    def _answer(self, method, path, body):
        if self.failures:
            self.failures -= 1
            return 503, b""
        if method == "PUT":
            self.objects[path] = body
            return 200, b""
        if method == "DELETE":
            self.objects.pop(path, None)
            return 204, b""
        if path not in self.objects:
            return 404, b"<Error><Code>NoSuchKey</Code></Error>"
        return 200, self.objects[path]


@pytest.fixture
async def bucket():
    made = Bucket()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        made.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(made, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve([listener]))
        yield made
        server.should_exit = True
        await serving


def in_s3(url, prefix="/documents"):
    return Blobs.of(
        BlobSettings(
            database_url="",
            blob_url=f"s3://market{prefix}",
            blob_s3_endpoint=url,
            blob_s3_access_key="access",
            blob_s3_secret_key="secret",
        )
    )


async def test_a_file_lies_under_its_digest_below_the_prefix_and_comes_back(bucket):
    ref = await in_s3(bucket.url).put(b"%PDF-1.7 ...")
    assert list(bucket.objects) == [f"/market/documents/{ref.sha256[:2]}/{ref.sha256}"]
    assert await in_s3(bucket.url).get(ref.sha256) == b"%PDF-1.7 ..."
    await in_s3(bucket.url).delete(ref.sha256)
    await in_s3(bucket.url).delete(ref.sha256)
    assert bucket.objects == {}
    with pytest.raises(NotFound):
        await in_s3(bucket.url).get(ref.sha256)


async def test_requests_are_signed_and_never_carry_the_secret(bucket):
    await in_s3(bucket.url).put(b"bytes")
    _, _, headers = bucket.seen[0]
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=access/")
    assert "secret" not in str(headers)


async def test_a_store_that_is_busy_for_a_moment_is_asked_again(bucket):
    bucket.failures = 1
    ref = await in_s3(bucket.url).put(b"bytes")
    assert await in_s3(bucket.url).get(ref.sha256) == b"bytes"


async def test_other_bytes_than_were_put_are_not_given_out(bucket):
    ref = await in_s3(bucket.url).put(b"bytes")
    bucket.objects = dict.fromkeys(bucket.objects, b"other")
    with pytest.raises(Transient):
        await in_s3(bucket.url).get(ref.sha256)


async def test_a_store_that_cannot_be_reached_is_away_for_the_moment():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(Transient, match="away"):
            await in_s3(url).get("0" * 64)
