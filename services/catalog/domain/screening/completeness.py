"""Is everything there that a merchant needs to decide (4.3), in characters that can be seen?"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.text import normalise
from shared.contracts.catalog import ListingKind

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

DETECTOR = "completeness"
SHORT_DETAILS = 50

_ABSENT = Said("该项为空。", "Nothing is stated.")
_REQUIRED = {
    "name": Said("填写名称。", "State the name."),
    "summary": Said("填写简介。", "State in one or two sentences what it does."),
    "details": Said("填写详情，内容详尽清晰。", "Describe the functions in detail."),
    "support_url": Said("填写帮助页面地址。", "State the address of the help page."),
}


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    content, kind = subject.content, subject.kind
    for field, advice in _REQUIRED.items():
        if not normalise(getattr(content, field)).text.strip():
            yield _absent(field, "4.3", advice)
    if kind is ListingKind.APPLICATION and not content.callback_url:
        yield _absent("callback_url", "4.3", Said("应用须填写回调地址。", "An application needs its callback address."))
    if not content.plans:
        yield _absent("plans", "4.3", Said("至少设置一个订购周期与价格。", "Set at least one period with its price."))
    visible = len("".join(normalise(content.details).text.split()))
    if 0 < visible < SHORT_DETAILS:
        yield Finding(
            DETECTOR, "6.1.3(2)", Severity.ADVISES, "details", 0, len(content.details), content.details,
            Said(f"可见文字不足{SHORT_DETAILS}字。", f"Fewer than {SHORT_DETAILS} characters can be seen."),
            Said("详情较短，建议补充功能介绍与使用说明。", "The details are short; add functions and instructions."),
        )  # fmt: skip


def _absent(field: str, clause: str, advice: Said) -> Finding:
    return Finding(DETECTOR, clause, Severity.BLOCKS, field, 0, 0, "", _ABSENT, advice)
