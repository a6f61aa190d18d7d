"""Characters that hide or turn text around, and markup that will never be rendered (4.3.3)."""

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.text import is_invisible

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LAYOUT = frozenset("\t\n\r")
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,300}>|<!--")
# Emoji are joined and coloured by these; they hide nothing.
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")
# Most texts hold nothing of it, which these tell at once: what can be printed, but not seen, and where lines end.
_FILLERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_LINE_ENDS = "\t\n\r\u3000"


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    texts = list(subject.content.texts())
    hides = _may_hide("\n".join([text for _, text in texts]))
    for field, text in texts:
        if hides:
            yield from _hidden(field, text)
        # What of the details' markup may not stay is told by what the sanitiser removed.
        if field != "details" and "<" in text:
            yield from _shown(field, text)


def _shown(field: str, text: str) -> Iterator[Finding]:
    for match in _MARKUP.finditer(text):
        yield Finding(
            "markup", "4.3.3", Severity.WARNS, field, match.start(), match.end(), match[0],
            Said("文字按纯文本展示。", "The text is shown as plain text."),
            Said("请删除标记。", "Remove the markup."),
        )  # fmt: skip


def _may_hide(text: str) -> bool:
    seen = text
    for sign in _LINE_ENDS:
        seen = seen.replace(sign, "")
    return not seen.isprintable() or _FILLERS.search(seen) is not None


def _hidden(field: str, text: str) -> Iterator[Finding]:
    for index, char in enumerate(text):
        if char.isascii() and char.isprintable():
            continue
        if char in _TURNS or (unicodedata.category(char) == "Cc" and char not in _LAYOUT):
            yield _unseen(field, index, char, Severity.BLOCKS)
        elif char not in _JOINERS and is_invisible(char):
            yield _unseen(field, index, char, Severity.WARNS)


def _unseen(field: str, index: int, char: str, severity: Severity) -> Finding:
    name = unicodedata.name(char, f"U+{ord(char):04X}")
    return Finding(
        "unseen-characters", "4.3.3", severity, field, index, index + 1, char,
        Said(f"含有不可见或控制字符（{name}）。", f"It holds a character that cannot be seen ({name})."),
        Said("请删除该字符。", "Remove the character."),
    )  # fmt: skip
