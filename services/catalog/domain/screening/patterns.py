"""Turns of phrase, as regular expressions that are tried only where one of their hints was seen."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ahocorasick_rs import AhoCorasick

from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.joined import Joined
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.text import Normalised

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

GAP = r"[^,。;!?\n]{0,6}?"
"""A few characters of the same clause, between two parts of a phrase."""

_REACH = 24
# One letter denies only what stands right behind it: it is a part of too many other words.
_DENIED_BEFORE = re.compile(
    r"(?:不|未|非|反|勿|无|免|防)$"
    r"|(?:不(?:得|会|要|能|可|支持|提供|允许|参与|承诺|保证|做|是|含|涉及|需要?|用|必)|无需|无须|没有|请勿|切勿"
    r"|并非|而非"
    r"|严禁|禁止|杜绝|拒绝|谢绝|防止|防范|避免|识别|检测|检查|过滤|屏蔽|拦截|举报|打击|投诉|抵制|警惕|远离|违规|违禁)"
    r"[^,。;!?\n仅但只]{0,8}$"
    r"|(?<![a-z])(?:no|not|never|without|cannot|don't|doesn't|won't|avoid|prevents?|blocks?|detects?|filters?|forbids?"
    r"|stops?|against|anti|flags?|spots?|catch(?:es)?|reports?|identify|identifies|removes?)[\s-](?:[a-z']+\s){0,3}$"
)
_DENIED_AFTER = re.compile(
    r"[^,。;!?\n]{0,6}(?:检测|识别|过滤|屏蔽|拦截|预警|举报|违规|违禁|防护|的风险)|\s?(?:detection|filter|blocker"
    r"|protection)"
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
    """Many patterns, and one automaton that tells which of them are worth trying."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        owners: dict[str, list[int]] = {}
        for index, pattern in enumerate(patterns):
            for hint in pattern.hints:
                owners.setdefault(hint, []).append(index)
        self._patterns = tuple(patterns)
        self._owners: tuple[list[int], ...] = tuple(owners.values())
        self._hints = AhoCorasick(list(owners))

    def find(self, subject: Subject, rules: "Rules") -> Iterator[Finding]:
        for pattern in self.worth_trying(subject.joined.text):
            yield from _matches(pattern, subject.joined)

    def worth_trying(self, text: str) -> Sequence[Pattern]:
        """In their order; none of the others matches."""
        seen = {hint for hint, _, _ in self._hints.find_matches_as_indexes(text, overlapping=True)}
        return [self._patterns[index] for index in sorted({owner for hint in seen for owner in self._owners[hint]})]


def _matches(pattern: Pattern, joined: Joined) -> Iterator[Finding]:
    for match in pattern.regex.finditer(joined.text):
        place = joined.place(match.start(), match.end())
        if place is not None and not is_denied(joined.text, match.start(), match.end()):
            yield found(pattern, *place)


def hints(alternatives: str) -> tuple[str, ...]:
    """Of a pattern, joined by bars."""
    return tuple(alternatives.split("|"))


def found(pattern: Pattern, field: str, text: Normalised, start: int, end: int) -> Finding:
    since, until = text.span(start, end)
    return Finding(
        pattern.detector, pattern.clause, pattern.severity, field, since, until, text.original[since:until],
        pattern.why, pattern.advice,
    )  # fmt: skip


def is_denied(text: str, start: int, end: int) -> bool:
    """The words around `start:end` forbid, prevent or detect what it says."""
    before = text[max(0, start - _REACH) : start]
    return _DENIED_BEFORE.search(before) is not None or _DENIED_AFTER.match(text[end : end + _REACH]) is not None
