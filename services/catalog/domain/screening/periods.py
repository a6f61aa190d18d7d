"""The period that a text promises must be the one that is sold (6.1.3(8))."""

import re
from collections.abc import Iterator

from services.catalog.domain.content import Content
from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.text import Normalised, normalise

DETECTOR = "period-mismatch"
CLAUSE = "6.1.3(8)"

_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")} | {"两": 2}
# Days that one unit may mean: a month has 28 to 31, a year 360 to 366.
_UNITS: dict[str, tuple[float, float]] = {"day": (1, 1), "week": (7, 7), "month": (28, 31), "quarter": (89, 93),
                                          "year": (360, 366)}  # fmt: skip
_UNIT_WORDS = {"天": "day", "日": "day", "周": "week", "月": "month", "季": "quarter", "年": "year"}
_WORDS = {
    "周付": "week", "周卡": "week", "包周": "week", "weekly": "week",
    "月付": "month", "月卡": "month", "包月": "month", "monthly": "month",
    "季付": "quarter", "季卡": "quarter", "包季": "quarter", "quarterly": "quarter",
    "年付": "year", "年卡": "year", "包年": "year", "年费": "year", "yearly": "year", "annual": "year",
}  # fmt: skip

_NUMBER = r"(?P<number>\d{1,4}|[一二两三四五六七八九十]{1,3}|半)"
_UNIT = r"(?P<unit>天|日|周|个?月|季度?|年|(?:day|week|month|quarter|year)s?(?![a-z]))"
_PERIOD = rf"(?<!\d){_NUMBER}\s{{0,3}}-?{_UNIT}"
_IN_TITLE = re.compile(rf"{_PERIOD}(?!\s{{0,3}}(?:试用|免费试用|trial))|(?P<word>{'|'.join(_WORDS)})")
_IN_TEXT = re.compile(
    r"(?:订购周期|服务周期|服务期限?|有效期限?|套餐周期|订购期|(?:subscription|billing|service) period)"
    rf"\s{{0,3}}(?:为|是|共|:|of|is)?\s{{0,3}}{_PERIOD}"
)


def find(content: Content) -> Iterator[Finding]:
    for index, plan in enumerate(content.plans):
        text = normalise(plan.title)
        yield from _mismatches(f"plans[{index}].title", text, _IN_TITLE, {plan.period_days}, Severity.BLOCKS)
    sold = {plan.period_days for plan in content.plans}
    for field in ("summary", "details"):
        if sold:
            yield from _mismatches(field, normalise(getattr(content, field)), _IN_TEXT, sold, Severity.WARNS)


def _mismatches(
    field: str, text: Normalised, pattern: re.Pattern[str], sold: set[int], severity: Severity
) -> Iterator[Finding]:
    for match in pattern.finditer(text.text):
        least, most = _days(match)
        if not any(least <= days <= most for days in sold):
            start, end = text.span(match.start(), match.end())
            periods = ", ".join(str(days) for days in sorted(sold))
            yield Finding(
                DETECTOR, CLAUSE, severity, field, start, end, text.original[start:end],
                Said(f"文字表述的周期与订购周期（{periods}天）不符。", f"It says another period than {periods} days."),
                Said("使文字与订购周期一致。", "Let the text name the period that is sold."),
            )  # fmt: skip


def _days(match: re.Match[str]) -> tuple[float, float]:
    if word := match.groupdict().get("word"):
        return _UNITS[_WORDS[word]]
    unit = match["unit"].removeprefix("个").removesuffix("度")
    least, most = _UNITS[_UNIT_WORDS.get(unit) or unit.removesuffix("s")]
    if match["number"] == "半":
        return least // 2, most // 2 + 1
    number = _number(match["number"])
    return number * least, number * most


def _number(text: str) -> int:
    """`12`, `三`, `十二` or `二十四`; what is no number in either writing is 0 and matches no period."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS.get(text, 0)
    return 10 * _DIGITS.get(tens or "一", 0) + _DIGITS.get(ones or "零", 0)
