"""Ways to be reached outside of the market: phone, QQ, WeChat, e-mail, foreign addresses (4.4.4, 6.1.6(4), 6.4)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.text import Normalised

_ADVICE = Said(
    "删除站外联系方式，沟通与订购应在平台内进行。", "Remove the contact; merchants reach you through the platform."
)
_LINK_ADVICE = Said("删除站外链接与网址。", "Remove links to addresses outside of the platform.")


_WHY = Said("含有站外联系方式或地址。", "It shows a way to be reached outside of the market.")


@dataclass(frozen=True, slots=True)
class _Pattern:
    detector: str
    clause: str
    regex: re.Pattern[str]
    advice: Said = _ADVICE


# Every repetition is bounded, so that the time stays linear in the length of the text.
_EMAIL = _Pattern(
    "contact-email", "4.4.4", re.compile(r"[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}")
)
_URL = _Pattern(
    "foreign-address",
    "6.1.6(4)",
    re.compile(
        r"https?://[^\s\"'<>，。、；（）()]{1,500}"
        r"|(?<![a-z0-9@.-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|cn|net|org|io|top|xyz|vip|shop|site|cc)(?![a-z0-9-])"
        r"(?:/[^\s\"'<>，。、；（）()]{0,200})?"
    ),
    _LINK_ADVICE,
)
_PEOPLE = (
    _Pattern(
        "contact-wechat",
        "4.4.4",
        re.compile(
            r"(?:微信|薇信|威信|v信|(?<![a-z])(?:weixin|wechat|vx|wx))\s{0,3}(?:号|群|id)?\s{0,3}"
            r"(?:[:=]\s{0,3}[a-z0-9][a-z0-9_-]{4,19}|(?=[a-z_-]{0,19}\d)[a-z0-9][a-z0-9_-]{5,19})(?![a-z0-9])"
        ),
    ),
    _Pattern(
        "contact-qq",
        "4.4.4",
        re.compile(r"(?:(?<![a-z])qq|扣扣)\s{0,3}(?:群|号)?\s{0,3}[:=]?\s{0,3}[1-9]\d{4,11}(?!\d)"),
    ),
    _Pattern(
        "contact-phone",
        "4.4.4",
        re.compile(
            r"(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d(?:[\s.-]?\d){8}(?!\d)"
            r"|(?<!\d)0\d{2,3}[\s-]\d{7,8}(?!\d)"
            r"|(?<!\d)400[\s-]?\d{3}[\s-]?\d{4}(?!\d)"
        ),
    ),
)
_HOST = re.compile(r"(?:https?://)?([^/:?#]+)")


def find(subject: Subject, allowed_hosts: frozenset[str]) -> Iterator[Finding]:
    for field, text in subject.texts.items():
        yield from find_in(field, text, allowed_hosts)


def find_in(field: str, text: Normalised, allowed_hosts: frozenset[str]) -> Iterator[Finding]:
    """At most one finding for each place: the first pattern that explains it."""
    taken: list[tuple[int, int]] = []
    for pattern in (_EMAIL, _URL, *_PEOPLE):
        for match in pattern.regex.finditer(text.text):
            start, end = match.span()
            if any(start < until and since < end for since, until in taken):
                continue
            if pattern is _URL and _is_allowed(match[0], allowed_hosts):
                continue
            taken.append((start, end))
            since, until = text.span(start, end)
            yield Finding(
                pattern.detector, pattern.clause, Severity.BLOCKS, field, since, until,
                text.original[since:until], _WHY, pattern.advice,
            )  # fmt: skip


def _is_allowed(address: str, allowed_hosts: frozenset[str]) -> bool:
    found = _HOST.match(address)
    host = found[1].rstrip(".") if found else ""
    return any(host == allowed or host.endswith(f".{allowed}") for allowed in allowed_hosts)
