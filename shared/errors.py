"""What can be wrong, in the words of the business. Only `shared/http/problems.py` knows status codes.

Refusal                       an expected "no"; nothing was written
├── Invalid                   the input breaks a rule; `errors` says where
├── Unauthenticated           no valid proof of who calls
├── Forbidden                 the caller is known and may not
├── NotFound                  no such thing, or not the caller's
├── Conflict                  the thing's state does not allow it
│   └── StaleVersion          somebody changed it since the caller read it
├── VersionRequired           a change must name the version it was made against
├── KeyRequired               a creating call must carry an Idempotency-Key
├── KeyReused                 the same Idempotency-Key came with another body
└── TooLarge                  the body is over the limit
Transient                     a part is away for the moment; trying again later is right
"""

from typing import Any, ClassVar


class Refusal(Exception):  # noqa: N818 - a refusal is an answer of the business, not a programming error
    """An expected no. `code` is stable and public; `facts` become members of the problem document."""

    code: ClassVar[str] = "refused"
    title: ClassVar[str] = "The request was refused"
    title_zh: ClassVar[str] = ""

    def __init__(self, detail: str, **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts


class Invalid(Refusal):
    code = "invalid"
    title = "The input is not valid"

    def __init__(self, detail: str, *, errors: list[dict[str, str]] | None = None, **facts: Any) -> None:
        super().__init__(detail, **facts, errors=errors or [])


class Unauthenticated(Refusal):
    code = "unauthenticated"
    title = "A valid token is required"


class Forbidden(Refusal):
    code = "forbidden"
    title = "The caller may not do this"


class NotFound(Refusal):
    code = "not-found"
    title = "There is no such thing"


class Conflict(Refusal):
    code = "conflict"
    title = "The current state does not allow this"


class StaleVersion(Conflict):
    code = "stale-version"
    title = "It was changed since it was read"


class VersionRequired(Refusal):
    code = "version-required"
    title = "If-Match is required"


class KeyRequired(Refusal):
    code = "idempotency-key-required"
    title = "Idempotency-Key is required"


class KeyReused(Refusal):
    code = "idempotency-key-reused"
    title = "The Idempotency-Key was used with another request"


class TooLarge(Refusal):
    code = "too-large"
    title = "The body is too large"


class Transient(Exception):  # noqa: N818
    """A part is away for the moment; the caller may try again later."""
