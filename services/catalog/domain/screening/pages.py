"""The addresses of the help and support pages: tricks in their writing (4.3.3)."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from services.catalog.domain.screening.callbacks import trick_in
from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.subject import Subject

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

DETECTOR = "page-address"
_UNNAMED = re.compile(r"localhost|[\d.]+|[0-9a-f.]*:[0-9a-f:.]*")
_TRICK = Said("地址的写法可能误导用户。", "The address is written so that people may take it for another.")
_NUMBER = Said("地址没有域名。", "The address has no name of its own.")
_PORT = Said("地址使用了不常见的端口。", "The address names an unusual port.")
_ADVICE = Said("填写使用自有域名、可公开访问的https地址。", "State an https address under a name of your own.")


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    for field in ("help_url", "support_url"):
        address: str = getattr(subject.content, field)
        if not address:
            continue
        judged = _judged(address)
        if judged is not None:
            severity, why = judged
            yield Finding(DETECTOR, "4.3.3", severity, field, 0, len(address), address, why, _ADVICE)


@lru_cache(maxsize=256)
def _judged(address: str) -> tuple[Severity, Said] | None:
    """Often both pages have one address, which stays the same from draft to draft."""
    trick, parts = trick_in(address), urlsplit(address)
    if trick and trick != "sign":
        return Severity.WARNS if trick == "idn" else Severity.BLOCKS, _TRICK
    if _UNNAMED.fullmatch(parts.hostname or ""):
        return Severity.BLOCKS, _NUMBER
    return None if parts.port in (None, 80, 443) else (Severity.WARNS, _PORT)
