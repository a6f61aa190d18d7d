"""The period that a text promises must be the one that is sold (6.1.3(8))."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.catalog.domain.screening.digits import number
from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.hints import watched
from services.catalog.domain.screening.patterns import is_denied
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.text import Normalised

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

DETECTOR = "period-mismatch"
CLAUSE = "6.1.3(8)"

# Days that one unit may mean: a month has 28 to 31, a year 360 to 366.
_UNITS: dict[str, tuple[int, int]] = {
    "day": (1, 1), "week": (7, 7), "month": (28, 31), "quarter": (89, 93), "year": (360, 366),
}  # fmt: skip
_UNIT_WORDS = {"天": "day", "日": "day", "周": "week", "星期": "week", "月": "month", "季": "quarter", "年": "year"}
_WORDS = {
    "周付": "week", "周卡": "week", "包周": "week", "weekly": "week", "per week": "week",
    "月付": "month", "月卡": "month", "包月": "month", "月租": "month", "monthly": "month", "per month": "month",
    "季付": "quarter", "季卡": "quarter", "包季": "quarter", "quarterly": "quarter", "per quarter": "quarter",
    "年付": "year", "年卡": "year", "包年": "year", "年费": "year", "yearly": "year", "annual": "year",
    "per year": "year",
}  # fmt: skip
_HALVES = {"half-yearly": (180, 184), "semi-annual": (180, 184), "semiannual": (180, 184), "biennial": (720, 732)}
_ENGLISH = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fourteen": 14, "fifteen": 15, "twenty-four": 24, "thirty": 30, "sixty": 60,
    "ninety": 90, "a": 1, "an": 1,
}  # fmt: skip

_ONE = (
    rf"\d{{1,4}}(?:\.5)?|[零一二三四五六七八九十百千两〇]{{1,7}}|半|双|(?<![a-z])(?:{'|'.join(_ENGLISH)}"
    r"|half\sa)(?=[\s-])"
)
_UNIT = (
    r"(?:天|日|周(?!年)|个?星期|个?半?月(?!亮)|个?季度?|年(?!货|龄|终|会)|(?:day|week|month|quarter"
    r"|year)s?(?![a-z]))"
)
_PERIOD = (
    rf"(?<![\d第.近])(?:(?P<low>{_ONE})\s{{0,2}}(?:-|~|至|到"
    rf"|to)\s{{0,2}})?(?P<number>{_ONE})[\s-]{{0,3}}(?P<unit>{_UNIT})(?P<half>半)?"
)
_OTHER_DAYS = (
    r"(?!\s{0,3}(?:试用|免费|体验|内|以内|之内|后|前|无理由|退款|质保|保修|数据|报表|回访|trial|free|of\s(?:data"
    r"|history)))"
)
_IN_TITLE = re.compile(
    rf"{_PERIOD}{_OTHER_DAYS}|(?P<word>{'|'.join((*_HALVES, *sorted(_WORDS, key=len, reverse=True)))})"
)
_LEAD = (
    r"(?:订购周期|服务周期|服务期限?|有效期限?|使用期限?|套餐周期|订购期限?|购买周期|付费周期|计费周期|授权期限?"
    r"|套餐时长|服务时长"
    r"|(?:subscription|billing|service|licen[cs]e|plan)\s(?:period|term|length|cycle))"
)
_IN_TEXT = re.compile(
    rf"{_LEAD}(?:\s{{0,3}}(?:均|都|只|通常)?(?:为|是|共|:|of|is|=)){{0,2}}\s{{0,3}}{_PERIOD}{_OTHER_DAYS}"
)
# No plan lasts for ever.
_ENDLESS = re.compile(
    r"(?:永久|终身|终生|无限期)(?:使用|授权|版|会员|续用|畅用)|(?:一次|一次性)(?:付费|购买"
    r"|订购)[^,。;!?\n]{0,4}(?:永久|终身)|买断"
    r"|(?<![a-z])lifetime\s(?:licen[cs]e|access|plan|use|subscription|deal)|perpetual\slicen[cs]e"
)
_GIFT = re.compile(rf"(?:买|购|订|订购|付)\s?{_PERIOD}\s?(?:送|赠|加赠)\s?(?P<gift>{_ONE})\s?(?P<gift_unit>{_UNIT})")
_EVERY = re.compile(r"(?:按|支持)(?P<word>月|季|年|周)(?:度)?(?:付费|订购|购买|续费|计费|收费)")
_ENDLESS_HINTS = watched(("永久", "终身", "终生", "无限期", "买断", "lifetime", "perpetual"))
_LEAD_HINTS = watched(("周期", "期限", "有效期", "订购期", "时长", "period", "term", "length", "cycle"))
_EVERY_HINTS = watched(lead + word for lead in ("按", "支持") for word in "月季年周")
_GIFT_HINTS = watched(("送", "赠"))
# What stands right before a gift is the end of a unit.
_GIVEN = re.compile(r"[天日周期月季度年半ykhrs]\s?(?:送|赠|加赠)")


@dataclass(frozen=True, slots=True)
class _Sold:
    days: frozenset[int]
    severity: Severity

    def fits(self, least: float, most: float) -> bool:
        return any(least <= days <= most for days in self.days)


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    plans = subject.content.plans
    seen = subject.joined.hints
    for index, plan in enumerate(plans):
        field = f"plans[{index}].title"
        yield from _in_title(field, subject.texts[field], _Sold(frozenset({plan.period_days}), Severity.BLOCKS), seen)
    looks = [look for hints, look in _LOOKS if not hints.isdisjoint(seen)] if plans else ()
    if looks:
        sold = _Sold(frozenset(plan.period_days for plan in plans), Severity.WARNS)
        for field in ("name", "summary", "details"):
            for look in looks:
                yield from look(field, subject.texts[field], sold)


def _in_title(field: str, text: Normalised, sold: _Sold, seen: frozenset[str]) -> Iterator[Finding]:
    if not _ENDLESS_HINTS.isdisjoint(seen):
        yield from _endless(field, text, sold)
    gifts = () if _GIFT_HINTS.isdisjoint(seen) else list(_gifts(field, text, sold))
    if gifts or (not _GIFT_HINTS.isdisjoint(seen) and _GIFT.search(text.text)):
        yield from gifts
        return
    for match in _IN_TITLE.finditer(text.text):
        if (days := _days(match)) and not sold.fits(*days):
            yield _mismatch(field, text, match, sold)


def _stated(field: str, text: Normalised, sold: _Sold) -> Iterator[Finding]:
    for match in _IN_TEXT.finditer(text.text) if any(hint in text.text for hint in _LEAD_HINTS) else ():
        if (days := _days(match)) and not sold.fits(*days):
            yield _mismatch(field, text, match, sold)


def _endless(field: str, text: Normalised, sold: _Sold) -> Iterator[Finding]:
    for match in _ENDLESS.finditer(text.text):
        if not is_denied(text.text, *match.span()):
            yield _mismatch(field, text, match, sold)


def _every(field: str, text: Normalised, sold: _Sold) -> Iterator[Finding]:
    for match in _EVERY.finditer(text.text):
        if not sold.fits(*_UNITS[_UNIT_WORDS[match["word"]]]):
            yield _mismatch(field, text, match, sold)


def _gifts(field: str, text: Normalised, sold: _Sold) -> Iterator[Finding]:
    """Whoever buys one period and is given another is promised the sum of both."""
    for match in _GIFT.finditer(text.text) if _GIVEN.search(text.text) else ():
        bought, given = _days(match), _span(match["gift"], match["gift_unit"])
        if bought and given and not sold.fits(bought[0] + given[0], bought[1] + given[1]):
            yield _mismatch(field, text, match, sold)


_LOOKS = ((_LEAD_HINTS, _stated), (_ENDLESS_HINTS, _endless), (_EVERY_HINTS, _every), (_GIFT_HINTS, _gifts))
"""What is looked for in the texts, each where one of its hints was seen."""


def _mismatch(field: str, text: Normalised, match: re.Match[str], sold: _Sold) -> Finding:
    start, end = text.span(match.start(), match.end())
    periods = ", ".join(str(days) for days in sorted(sold.days))
    return Finding(
        DETECTOR, CLAUSE, sold.severity, field, start, end, text.original[start:end],
        Said(f"文字表述的周期与订购周期（{periods}天）不符。", f"It says another period than {periods} days."),
        Said("使文字与订购周期一致。", "Let the text name the period that is sold."),
    )  # fmt: skip


def _days(match: re.Match[str]) -> tuple[float, float] | None:
    """The least and the most days that it may mean; None when no number can be read."""
    said = match.groupdict()
    if word := said.get("word"):
        return _HALVES.get(word) or _UNITS[_WORDS[word]]
    found = _span(said["number"], said["unit"])
    if found and said.get("low") and (low := _span(said["low"], said["unit"])):
        found = min(low[0], found[0]), max(low[1], found[1])
    if found and said.get("half"):
        least, most = _UNITS[_unit(said["unit"])]
        found = found[0] + least // 2, found[1] + most // 2 + 1
    return found


def _span(said: str, unit: str) -> tuple[float, float] | None:
    least, most = _UNITS[_unit(unit)]
    if "半月" in unit or said in ("半", "half a"):
        whole = 0 if said in ("半", "half a") else _count(said)
        return None if whole is None else (whole * least + least // 2, whole * most + most // 2 + 1)
    count = _count(said)
    return None if count is None else (count * least, count * most)


def _count(said: str) -> float | None:
    if said == "双":
        return 2
    if "." in said:
        return float(said)
    return _ENGLISH.get(said) or number(said)


def _unit(said: str) -> str:
    unit = said.removeprefix("个").removeprefix("半").removesuffix("度")
    return _UNIT_WORDS.get(unit) or unit.removesuffix("s")
