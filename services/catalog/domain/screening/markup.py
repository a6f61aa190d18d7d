"""Markup of the details that was not kept (4.3.3): what runs or leads away warns, decoration is only told."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.subject import Subject

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

DETECTOR = "markup"
CLAUSE = "4.3.3"

_DECORATION = re.compile(
    r"div|span|section|article|font|center|u|s|del|ins|small|sub|sup|code|pre|figure|figcaption|tfoot|colgroup|col|o:p"
    r"|comment|\S+ (?:class|id|style|alt|title|width|height|align|valign|border|target|dir|lang|cell\w+|data-\S+)"
)
_ADVICE = Said(
    "可使用标题、段落、列表、表格、加粗、https链接和已上传的图片。",
    "Use headings, paragraphs, lists, tables, emphasis, https links and uploaded images.",
)


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    removed = subject.seen.removed_markup
    decoration = [name for name in removed if _DECORATION.fullmatch(name)]
    active = [name for name in removed if name not in decoration]
    if active:
        yield _finding(Severity.WARNS, active)
    if decoration:
        yield _finding(Severity.ADVISES, decoration)


def _finding(severity: Severity, names: list[str]) -> Finding:
    told = ", ".join(names[:20])
    why = Said(f"以下内容未予保留：{told}。", f"This was not kept: {told}.")
    return Finding(DETECTOR, CLAUSE, severity, "details", 0, 0, told, why, _ADVICE)
