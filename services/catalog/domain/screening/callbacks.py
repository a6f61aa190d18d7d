"""The callback address: tricks in its writing, and what a look at it gave.

An address that leads into the platform's own or a private network, or to nowhere, breaks 4.3.3: the service cannot be
used as it stands. 4.3.1 speaks of addresses whose content is unlawful, which a look does not tell.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.subject import Fault, Subject

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

DETECTOR = "callback-address"
CLAUSE = "4.3.3"

_DOTTED = re.compile(r"(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}")
_NUMERIC = re.compile(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}\.?")
_INSIDE = re.compile(r"(?:^|\.)(?:local|internal|intranet|lan|home|corp|svc|cluster\.local|home\.arpa|onion)\.?$")
_TRICKS: tuple[tuple[str, Said], ...] = (
    ("user", Said("地址中含有用户名。", "It holds a user name.")),
    ("numeric", Said("主机以不常见的数字写法表示。", "Its host is a number in an unusual writing.")),
    ("inside", Said("主机名只在内部网络中有效。", "Its host has a meaning only inside of a network.")),
    ("sign", Said("含有反斜杠、编码的主机或片段。", "It holds a backslash, an encoded host or a fragment.")),
    ("idn", Said("国际化域名可能与他人域名混淆。", "A name in other letters may be taken for somebody else's.")),
)
_ADVICE = Said("填写可公开访问的https地址。", "State an https address that can be reached by everybody.")
_FAULTS = {
    Fault.DENIED: (
        Severity.BLOCKS,
        Said(
            "地址指向内部或保留的网络，或不允许的端口。",
            "It leads into a private or reserved network, or to a closed port.",
        ),
    ),
    Fault.UNKNOWN: (Severity.WARNS, Said("域名无法解析。", "Its name cannot be resolved.")),
    Fault.UNTRUSTED: (Severity.WARNS, Said("证书无效。", "Its certificate is not valid.")),
    Fault.SILENT: (Severity.WARNS, Said("地址没有应答。", "Nothing answers there.")),
}


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    url = subject.content.callback_url
    if not url:
        return
    trick = trick_in(url)
    if trick:
        severity = Severity.WARNS if trick == "idn" else Severity.BLOCKS
        yield _finding(url, severity, dict(_TRICKS)[trick])
    looked = subject.seen.callback
    if looked is not None and looked.url == url and looked.fault is not None:
        yield _finding(url, *_FAULTS[looked.fault])


@lru_cache(maxsize=256)
def trick_in(url: str) -> str:
    """The name of the trick, or nothing. A plain dotted address is none: where it leads is for the look to tell."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").casefold()
    except ValueError:
        return "sign"
    if "@" in parts.netloc:
        return "user"
    if "\\" in url or "%" in parts.netloc or parts.fragment:
        return "sign"
    if _NUMERIC.fullmatch(host) and not _DOTTED.fullmatch(host):
        return "numeric"
    if _INSIDE.search(host) or ("." not in host and ":" not in host and host != "localhost"):
        return "inside"
    return "idn" if "xn--" in host or not host.isascii() else ""


def _finding(url: str, severity: Severity, why: Said) -> Finding:
    return Finding(DETECTOR, CLAUSE, severity, "callback_url", 0, len(url), url, why, _ADVICE)
