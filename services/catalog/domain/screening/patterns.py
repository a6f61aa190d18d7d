"""Turns of phrase, as regular expressions that are tried only where one of their hints was seen."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.hints import watched
from services.catalog.domain.screening.joined import Joined
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.text import Normalised

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

GAP = r"[^,。;!?\n]{0,6}?"
"""A few characters of the same clause, between two parts of a phrase."""

_REACH = 32
# One letter denies only what stands right behind it: it is a part of too many other words.
_DENIED_BEFORE = re.compile(
    r"(?:不|未|非|反|勿|无|免|防)$"
    r"|(?:不(?:得|会|要|能|可|支持|提供|允许|参与|承诺|保证|做|是|含|涉及|需要?|用|必)|无需|无须|没有|请勿|切勿"
    r"|并非|而非|无任何|不存在"
    r"|严禁|禁止|杜绝|拒绝|谢绝|防止|防范|避免|识别|检测|检查|过滤|屏蔽|拦截|举报|打击|投诉|抵制|警惕|远离|违规|违禁)"
    r"[^,。;!?\n仅但只]{0,8}$"
    r"|(?<![a-z])(?:no|not|never|without|cannot|don't|doesn't|won't|avoid|prevents?|blocks?|detects?|filters?|forbids?"
    r"|stops?|against|anti|flags?|spots?|catch(?:es)?|reports?|identify|identifies|removes?|alerts?|warns?)[\s-](?:[a-z']+\s){0,4}$"
)
_DENIED_AFTER = re.compile(
    r"[^,。;!?\n]{0,6}(?:检测|识别|过滤|屏蔽|拦截|预警|举报|违规|违禁|防护|的风险)|\s?(?:detection|filter|blocker"
    r"|protection)"
)
# "No tricks, add my WeChat" begins like a denial. One that leaves no doubt has nothing but these before the words.
_PLAINLY_BEFORE = re.compile(
    r"(?:不|未|非|反|勿|无|免|防|不(?:得|会|要|能|可|支持|提供|允许|参与|承诺|保证|做|是|含|涉及|需要?|用|必)|无需|无须|没有"
    r"|请勿|切勿|并非|而非|不存在|严禁|禁止|杜绝|拒绝|谢绝|防止|防范|避免|识别|检测|检查|过滤|屏蔽|拦截|举报|打击|投诉|抵制|警惕"
    r"|远离)"
    r"(?:任何|一切|所有|各类|各种|此类|其他|有|被|用|使用|进行|参与|提供|从事|要求|诱导|引导|利用|通过|以|形式|方式|的|用户|买家"
    r"|客户|顾客|商家|他人|恶意|虚假|违规|非法|疑似|商品|店铺|订单|评价|好评|五星|差评|晒图|内容|行为|[“\"「『]){0,5}$"
    r"|(?:不(?:得|会|支持|提供|允许|参与|含|涉及)|没有|请勿|切勿|严禁|禁止|杜绝|拒绝|识别|检测|过滤|屏蔽|拦截|举报|打击)"
    r"[^,。;!?\n]{2,8}(?:或者?|和|与|及|以及|、|”“|\"\")刷?$"
    r"|(?<![a-z])(?:no|not|never|without|cannot|don't|doesn't|won't|avoid|prevents?|blocks?|detects?|filters?|forbids?"
    r"|stops?|against|anti|flags?|spots?|catch(?:es)?|reports?|identify|identifies|removes?)[\s-]"
    r"(?:(?:a|an|any|all|the|for|to|of|or|and|be|need|in|is|with|use|(?:offer|sell|buy|pay|ask|provide|support|promise)(?:s|ing)?|possible"
    r"|suspicious|such|your|our)\s){0,3}$"
    r"|(?<![a-z])(?:avoid|prevents?|blocks?|detects?|filters?|flags?|spots?|catch(?:es)?|reports?|removes?)\s"
    r"(?:[a-z']+\s){1,3}(?:and|or)\s$"
)
_PLAINLY_AFTER = re.compile(
    r"(?:的|等|、|与|及|和|商品|订单|行为|信息|内容|账号|关键词|词|评价|短信|消息|图片|链接|检测|识别){0,3}"
    r"(?:检测|识别|过滤|屏蔽|拦截|预警|举报|防护|风险|违规词)(?!不)|\s?(?:detection|filter|blocker|protection)"
)
# "Add my WeChat to check your shop" asks for something; what is named behind it does not take that back.
_CALLS = frozenset("加添联扫搜进私去到+")
# What evades detection, or is said to break no rule, is not denied.
_EVADES = re.compile(
    r"[^,。;!?\n]{0,4}(?:不|无|没有?|免|防|躲|绕|避)[^,。;!?\n]{0,4}(?:检测|识别|过滤|屏蔽|拦截|预警|举报|违规|违禁)"
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Every match of `regex` holds one of `hints`. What is denied or warned of ("never pay for praise") is harmless."""

    detector: str
    clause: str
    severity: Severity
    hints: tuple[str, ...]
    regex: re.Pattern[str]
    why: Said
    advice: Said


class Battery:
    """Many patterns, of which only those with a hint in the text are tried."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        owners: dict[str, list[int]] = {}
        for index, pattern in enumerate(patterns):
            for hint in pattern.hints:
                owners.setdefault(hint, []).append(index)
        self._patterns = tuple(patterns)
        self._owners = owners
        self._hints = watched(owners)

    def find(self, subject: Subject, rules: "Rules") -> Iterator[Finding]:
        for pattern in self.worth_trying(subject.joined):
            yield from _matches(pattern, subject.joined)

    def worth_trying(self, text: Joined) -> Sequence[Pattern]:
        """In their order; none of the others matches."""
        seen = self._hints & text.hints
        return [self._patterns[index] for index in sorted({owner for hint in seen for owner in self._owners[hint]})]


def _matches(pattern: Pattern, joined: Joined) -> Iterator[Finding]:
    for match in pattern.regex.finditer(joined.text):
        place = joined.place(match.start(), match.end())
        severity = weighed(pattern.severity, joined.text, match.start(), match.end())
        if place is not None and severity is not None:
            yield found(pattern, *place, severity)


def hints(alternatives: str) -> tuple[str, ...]:
    """Of a pattern, joined by bars."""
    return tuple(alternatives.split("|"))


def found(pattern: Pattern, field: str, text: Normalised, start: int, end: int, severity: Severity) -> Finding:
    since, until = text.span(start, end)
    return Finding(
        pattern.detector, pattern.clause, severity, field, since, until, text.original[since:until],
        pattern.why, pattern.advice,
    )  # fmt: skip


def weighed(severity: Severity, text: str, start: int, end: int) -> Severity | None:
    """None for what is plainly denied or warned of. What only may be does not block; people look at it."""
    if not is_denied(text, start, end):
        return severity
    after = text[end : end + _REACH]
    if _EVADES.match(after) is None:
        if _PLAINLY_BEFORE.search(text[max(0, start - _REACH) : start]):
            return None
        if text[start] not in _CALLS and _PLAINLY_AFTER.match(after):
            return None
    return Severity.WARNS if severity is Severity.BLOCKS else severity


def is_denied(text: str, start: int, end: int) -> bool:
    """The words around `start:end` forbid, prevent or detect what it says."""
    before = text[max(0, start - _REACH) : start]
    return _DENIED_BEFORE.search(before) is not None or _DENIED_AFTER.match(text[end : end + _REACH]) is not None
