"""Telephone numbers, however their digits are written."""

import re
from collections.abc import Iterator

from services.catalog.domain.screening.digits import NUMERALS, as_digits
from services.catalog.domain.screening.finding import Said, Severity
from services.catalog.domain.screening.patterns import Pattern

_SIGNS = r"[\s\-.·•_*~/|,、()\u2014\u20e3]"
_MOBILE = re.compile(rf"1{_SIGNS}{{0,3}}[3-9](?:{_SIGNS}{{0,3}}\d){{9}}")
_OTHER = re.compile(
    r"(?<![\d.])\(?0\d{2,3}(?:\)\s?|[\s-])\d{3,4}[\s-]?\d{4}(?!\d)"
    r"|(?<!\d)[48]00(?:[\s-]?\d{3}[\s-]?\d{4}|[\s-]?\d{4}[\s-]?\d{3}|-\d-\d{3}-\d{3})(?![\d.])"
    r"|(?<![a-z\d])(?=[\dlio]{0,10}[lio])[1li][3-9][\dlio]{9}(?![a-z\d])"
    r"|(?<![\d\w])\+(?!86)\d{1,3}(?:[\s-]?\(?\d{2,4}\)?){3,4}(?!\d)"
)
_OTHER_HINT = re.compile(r"\d[\d\s()-]{6}")
# What both of the others begin with, so that most texts are looked at once.
_ROW = re.compile(rf"[\d{NUMERALS}](?:[\d\s()-]{{6}}|[{NUMERALS}\s.·、,_\u20e3-]{{2}})")
# How people group the eleven digits; other groups, such as a list of two-digit numbers, are no number of a phone.
_GROUPS = {(11,), (3, 4, 4), (3, 8), (7, 4), (4, 3, 4), (3, 3, 5), (5, 6), (4, 4, 3), (3, 5, 3), (1,) * 11}
_SPLIT = re.compile(rf"{_SIGNS}+")
_COUNTRY = re.compile(r"(?<!\d)(?:\+|00)86[\s-]?$|(?<!\d)86[\s-]$")
_CALL = re.compile(r"(?:电话|手机|热线|致电|拨打|来电|联系|号码|咨询|tel|phone|call|mobile)[^,。;!?\n]{0,8}$")

PHONE = Pattern(
    "contact-phone",
    "4.4.4",
    Severity.BLOCKS,
    (),
    _MOBILE,
    Said("含有电话号码。", "It shows a telephone number."),
    Said(
        "删除站外联系方式，沟通与订购应在平台内进行。", "Remove the contact; merchants reach you through the platform."
    ),
)


def places(text: str) -> Iterator[tuple[int, int]]:
    """Where a number that can be called stands in a normalised text. Places may overlap."""
    yield from _mobiles(text, text)
    if _ROW.search(text) is None:
        return
    digits = as_digits(text)
    if digits is not None:
        yield from _mobiles(digits, text)
    for match in _OTHER.finditer(text) if _OTHER_HINT.search(text) else ():
        yield match.span()


def _mobiles(digits: str, text: str) -> Iterator[tuple[int, int]]:
    """`text` is what was written; only a real digit beside the number makes it part of a longer one."""
    for match in _MOBILE.finditer(digits):
        start, end = match.span()
        prefix = _COUNTRY.search(text[max(0, start - 6) : start])
        if prefix:
            start -= len(prefix[0])
        if text[start - 1 : start] == "+" or _is_digit(text, start - 1) or _is_digit(text, end):
            continue
        groups = tuple(len(group) for group in _SPLIT.split(match[0]) if group)
        if prefix or groups in _GROUPS or _CALL.search(text[max(0, start - 16) : start]):
            yield start, end


def _is_digit(text: str, index: int) -> bool:
    return 0 <= index < len(text) and text[index].isdecimal()
