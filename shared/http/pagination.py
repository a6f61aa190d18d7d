"""Pages by keyset: an opaque cursor says after which row the next page starts, so pages never shift."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field

from shared.errors import Invalid

MOST = 100
_SEAL = 16
T = TypeVar("T")


class PageOf(BaseModel, Generic[T]):
    """One page. `next` is the cursor of the following page, null on the last."""

    items: list[T]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What was asked for. `after` is the position that a cursor of this very list carried."""

    limit: int
    after: dict[str, Any] | None
    key: bytes

    def cursor(self, position: Mapping[str, Any]) -> str:
        text = json.dumps(position, default=str, separators=(",", ":")).encode()
        return urlsafe_b64encode(_seal(self.key, text) + text).decode().rstrip("=")

    def page(self, rows: Sequence[T], position: Callable[[T], Mapping[str, Any]]) -> PageOf[T]:
        """The page of `rows`, which were read with `limit + 1`; `position` gives the sort key of a row."""
        kept = list(rows[: self.limit])
        return PageOf(items=kept, next=self.cursor(position(kept[-1])) if len(rows) > self.limit else None)


def _seal(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, hashlib.sha256)[:_SEAL]


def decode_cursor(key: bytes, cursor: str) -> dict[str, Any]:
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        text = raw[_SEAL:]
        if not hmac.compare_digest(raw[:_SEAL], _seal(key, text)):
            raise ValueError("the seal does not fit")
        position: dict[str, Any] = json.loads(text)
    except ValueError:
        raise Invalid(
            "The cursor is not one of this list; start again without it.",
            errors=[{"pointer": "/cursor", "in": "query", "message": "is not a cursor of this list"}],
        ) from None
    return position


class PageParameters(BaseModel):
    """For a model that holds all parameters of a query, where `Paging` would be read one by one."""

    limit: int = Field(20, ge=1, le=MOST, description="How many at most.")
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before.")

    def page_request(self, request: Request) -> PageRequest:
        # The path is part of the key: a cursor of one list means nothing in another.
        key = f"{request.app.state.settings.cursor_key}\n{request.scope['path']}".encode()
        return PageRequest(self.limit, decode_cursor(key, self.cursor) if self.cursor else None, key)


async def _page_request(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many at most.")] = 20,
    cursor: Annotated[str | None, Query(max_length=1000, description="`next` of the page before.")] = None,
) -> PageRequest:
    return PageParameters(limit=limit, cursor=cursor).page_request(request)


Paging = Annotated[PageRequest, Depends(_page_request)]
