"""Routes that take more than the general body limit: they say so where they are declared."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import RouteContext
from starlette.types import Scope

_EXTENSION = "x-body-limit"


def upload(limit: int, *media_types: str) -> dict[str, Any]:
    """For `openapi_extra`: the body is the file itself, of at most `limit` bytes."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in media_types}
    return {_EXTENSION: limit, "requestBody": {"required": True, "content": content}}


@dataclass(frozen=True, slots=True)
class UploadLimit:
    method: str
    path: re.Pattern[str]
    limit: int

    def matches(self, scope: Scope) -> bool:
        return scope["method"] == self.method and self.path.match(scope["path"]) is not None


def upload_limits(routes: Iterable[RouteContext]) -> tuple[UploadLimit, ...]:
    return tuple(
        UploadLimit(method, route.path_regex, limit)
        for route in routes
        if (limit := (route.openapi_extra or {}).get(_EXTENSION)) is not None
        for method in route.methods or ()
    )


async def _whole_body(request: Request) -> bytes:
    return await request.body()


WholeBody = Annotated[bytes, Depends(_whole_body)]
"""The file that was sent. It stands in the signature between the caller and the transaction: strangers are refused
before it is read, and however slowly it comes, it holds no connection to the database."""
