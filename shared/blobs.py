"""Files by their content: each lies under the SHA-256 of its bytes, in a local folder or an S3-compatible store."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

import obstore
from fastapi import Depends, Request
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store
from pydantic import Field, SecretStr, field_validator

from shared.errors import Invalid, NotFound, Transient
from shared.settings import ServiceSettings

_RETRIES = {"max_retries": 3, "retry_timeout": timedelta(seconds=10)}
# What a file is, by the bytes it begins with; a name or a declared type is only somebody's word.
_MAGIC = (
    ("application/pdf", ((0, b"%PDF-"),)),
    ("image/png", ((0, b"\x89PNG\r\n\x1a\n"),)),
    ("image/jpeg", ((0, b"\xff\xd8\xff"),)),
    ("image/webp", ((0, b"RIFF"), (8, b"WEBP"))),
)


class UnknownContent(Invalid):
    code = "unknown-content"
    title = "The file is of no kind that is taken here"
    title_zh = "不支持的文件类型"


class BlobSettings(ServiceSettings):
    blob_url: str = Field(default="", description="file:///folder or s3://bucket/prefix")
    blob_s3_endpoint: str = Field(default="", description="Of an S3-compatible store; empty: the provider's own.")
    blob_s3_region: str = "us-east-1"
    blob_s3_access_key: str = ""
    blob_s3_secret_key: SecretStr = SecretStr("")

    @field_validator("blob_url")
    @classmethod
    def _is_a_store(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme, bool(parts.netloc)) not in {("file", False), ("s3", True)}:
            raise ValueError("BLOB_URL must be file:///folder or s3://bucket/prefix")
        return url


@dataclass(frozen=True, slots=True)
class BlobRef:
    """`sha256` in hex, `size` in bytes."""

    sha256: str
    size: int

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Where these bytes will lie, before they are put."""
        return cls(hashlib.sha256(data).hexdigest(), len(data))


class Blobs:
    """What was put is never changed: the same bytes again are the same blob."""

    def __init__(self, store: LocalStore | S3Store) -> None:
        self._store = store

    @classmethod
    def of(cls, settings: BlobSettings) -> Self:
        parts = urlsplit(settings.blob_url)
        if parts.scheme == "s3":
            return cls(_s3(settings, parts.netloc, parts.path.strip("/")))
        if parts.scheme != "file":
            raise ValueError("BLOB_URL must say where files are kept")
        folder = Path(parts.path)
        folder.mkdir(parents=True, exist_ok=True)
        return cls(LocalStore(prefix=folder))

    async def put(self, data: bytes) -> BlobRef:
        """A file appears whole or not at all: both stores write beside and then move into place."""
        ref = BlobRef.of(data)
        try:
            await obstore.put_async(self._store, _path(ref.sha256), data)
        except (BaseError, OSError) as error:
            raise Transient(f"the store of files is away: {type(error).__name__}") from error
        return ref

    async def get(self, sha256: str) -> bytes:
        """The bytes, proved to be those that were put."""
        try:
            data = bytes(await (await obstore.get_async(self._store, _path(sha256))).bytes_async())
        except FileNotFoundError:
            raise NotFound("The file is not in the store (any more)") from None
        except (BaseError, OSError) as error:
            raise Transient(f"the store of files is away: {type(error).__name__}") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Transient("the store of files gave back other bytes than it was given")
        return data

    async def delete(self, sha256: str) -> None:
        """What is not there is deleted already."""
        try:
            await obstore.delete_async(self._store, _path(sha256))
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise Transient(f"the store of files is away: {type(error).__name__}") from error


def sniff(data: bytes) -> str:
    """The media type that the bytes show; raises `UnknownContent` for anything else than PDF, PNG, JPEG and WebP."""
    for media_type, marks in _MAGIC:
        if all(data[at : at + len(mark)] == mark for at, mark in marks):
            return media_type
    raise UnknownContent("Only PDF, PNG, JPEG and WebP are taken; the content is none of these, whatever its name says")


def _path(sha256: str) -> str:
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise NotFound("This is no address of a file")
    return f"{sha256[:2]}/{sha256}"


def _s3(settings: BlobSettings, bucket: str, prefix: str) -> S3Store:
    endpoint = settings.blob_s3_endpoint
    return S3Store(
        bucket,
        prefix=prefix or None,
        region=settings.blob_s3_region,
        endpoint=endpoint or None,
        access_key_id=settings.blob_s3_access_key or None,
        secret_access_key=settings.blob_s3_secret_key.get_secret_value() or None,
        disable_bulk_delete=True,  # not every S3-compatible store offers it
        client_options={"allow_http": endpoint.startswith("http://"), "timeout": timedelta(seconds=15)},
        retry_config=_RETRIES,  # type: ignore[arg-type]
    )


def _blobs(request: Request) -> Blobs:
    state = request.app.state
    if not hasattr(state, "blobs"):
        state.blobs = Blobs.of(state.settings)
    blobs: Blobs = state.blobs
    return blobs


Blobbed = Annotated[Blobs, Depends(_blobs)]
"""What a route asks for in its signature: the store of files."""
