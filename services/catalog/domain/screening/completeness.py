"""Is everything there that a merchant needs to decide (4.3), and every part that the category asks for (6.1.3(2))?"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from services.catalog.domain.category import RequiredBlock
from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.text import normalise
from shared.contracts.catalog import ListingKind

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

DETECTOR = "completeness"
SHORT_DETAILS = 50
HEADING = 24
LEAD_IN = 8
"""A short line counts whole, of any other line or sentence only its beginning: twice as much of it in Latin letters."""

_ABSENT = Said("该项为空。", "Nothing is stated.")
_TEXTS = {
    "name": Said("填写名称。", "State the name."),
    "summary": Said("填写简介。", "State in one or two sentences what it does."),
    "details": Said("填写详情，内容详尽清晰。", "Describe the functions in detail."),
}
_STATED = {
    "logo": Said("上传Logo。", "Upload a logo."),
    "help_url": Said("填写帮助页面地址。", "State the address of the help page."),
    "support_url": Said("填写客户支持页面地址。", "State the address at which merchants get support."),
    "plans": Said("至少设置一个订购周期与价格。", "Set at least one period with its price."),
    "functions": Said("至少列出一项功能。", "List at least one function."),
}
_SENTENCE_ENDS = re.compile(r"[。;!?]")


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    content = subject.content
    for field, advice in _TEXTS.items():
        if not subject.texts[field].text.strip():
            yield _absent(field, advice)
    for field, advice in _STATED.items():
        if not getattr(content, field):
            yield _absent(field, advice)
    if subject.kind is ListingKind.APPLICATION and not content.callback_url:
        yield _absent("callback_url", Said("应用须填写回调地址。", "An application needs its callback address."))
    details = subject.texts["details"].text
    visible = sum(map(len, details.split()))
    if 0 < visible < SHORT_DETAILS:
        yield Finding(
            DETECTOR, "6.1.3(2)", Severity.ADVISES, "details", 0, len(content.details), content.details,
            Said(f"可见文字不足{SHORT_DETAILS}字。", f"Fewer than {SHORT_DETAILS} characters can be seen."),
            Said("详情较短，建议补充功能介绍与使用说明。", "The details are short; add functions and instructions."),
        )  # fmt: skip
    if visible and subject.place is not None:
        leads = ""
        for block in subject.place.required_blocks:
            # What is said nowhere needs no look at where sentences begin.
            said = [word for word in _compared(block.words) if word in details]
            leads = leads or ("\n".join(_leads(details)) if said else "")
            if not any(word in leads for word in said):
                yield _without(block)


def _leads(details: str) -> Iterator[str]:
    """What looks like a heading, and the beginnings of sentences."""
    for line in map(str.strip, details.split("\n")):
        if len(line) <= HEADING:
            yield line
        else:
            sentences = map(str.strip, _SENTENCE_ENDS.split(line))
            yield from [begun[: 2 * LEAD_IN if begun[:1].isascii() else LEAD_IN] for begun in sentences]


@lru_cache(maxsize=512)
def _compared(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(normalise(word).text for word in words)


def _without(block: RequiredBlock) -> Finding:
    return Finding(
        DETECTOR, "6.1.3(2)", Severity.WARNS, "details", 0, 0, "",
        Said(f"详情缺少“{block.title_zh}”。", f'The details lack the part "{block.title_en}".'),
        Said(f"补充“{block.title_zh}”，并以标题或段首标明。", f'Add "{block.title_en}" under a heading of that name.'),
    )  # fmt: skip


def _absent(field: str, advice: Said) -> Finding:
    return Finding(DETECTOR, "4.3", Severity.BLOCKS, field, 0, 0, "", _ABSENT, advice)
