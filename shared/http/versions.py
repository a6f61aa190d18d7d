"""ETag and If-Match: a change names the version it was made against, so nobody overwrites what they did not see."""

import re
from typing import Annotated

from fastapi import Depends, Header

from shared.errors import StaleVersion, VersionRequired

_TAG = re.compile(r'"v(\d{1,18})"')


def etag(version: int) -> str:
    return f'"v{version}"'


def check_version(expected: int, current: int) -> None:
    """Refuses a change that was made against another version than the current one."""
    if expected != current:
        raise StaleVersion("It was changed since you read it; read it again.", expected=expected, current=current)


async def _if_match(header: Annotated[str | None, Header(alias="If-Match")] = None) -> int:
    if header is None or header.strip() in ("", "*"):
        raise VersionRequired("Name the version you saw: If-Match with the ETag of your last read.")
    tag = _TAG.fullmatch(header.strip())
    if tag is None:
        # Not a tag this market gives out, so it matches no current version (RFC 9110, 13.1.1).
        raise StaleVersion('If-Match names no version of this thing; tags look like "v3".')
    return int(tag[1])


IfMatch = Annotated[int, Depends(_if_match)]
