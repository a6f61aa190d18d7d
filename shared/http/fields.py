"""Types for text that comes from outside: bounded, and free of what a database or a log cannot hold."""

import re
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, StringConstraints

# Control characters, and the separators that some readers take for a new line.
_UNSEEN = r"\x00-\x1f\x7f-\x9f\u2028\u2029"

_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
_HOST = re.compile(r"[\w.:-]+")


def _instant(value: datetime) -> datetime:
    """Far from both ends of what can be computed with, so that no sum and no zone leads beyond them."""
    if not _FIRST <= value < _LAST:
        raise ValueError("must lie between the years 1900 and 9000")
    return value.astimezone(UTC)


def _web_address(value: str) -> str:
    if not value:
        return value
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or not _HOST.fullmatch(host) or parts.scheme not in ("http", "https") or "@" in parts.netloc:
        raise ValueError("must be an http or https address without user name")
    return value


Line = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=200,
        pattern=rf"^[^{_UNSEEN}]*[^\s{_UNSEEN}][^{_UNSEEN}]*$",
    ),
]
"""1..200 characters on one line, not blank, without control characters."""

Prose = Annotated[str, StringConstraints(max_length=20_000, pattern=r"^[^\x00]*$")]
"""Up to 20 000 characters, line breaks allowed, perhaps empty."""

Reason = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=2_000,
        pattern=r"^[^\x00]*[^\s\x00][^\x00]*$",
    ),
]
"""Why somebody did it: 1..2 000 characters, not blank."""

Slug = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
"""A name for machines: lower-case words joined by hyphens."""

WebAddress = Annotated[str, StringConstraints(max_length=500, pattern=r"^[\x21-\x7e]*$"), AfterValidator(_web_address)]
"""An http(s) address in visible ASCII, or empty when it is not stated yet."""

Instant = Annotated[AwareDatetime, AfterValidator(_instant)]
"""A moment with its zone, as UTC, that a database can hold and that sums do not lead out of."""
