"""Is everything there that a merchant needs to decide (4.3), in characters that can be seen?"""

from collections.abc import Iterator

from services.catalog.domain.content import Content
from services.catalog.domain.screening.finding import Finding, Severity
from services.catalog.domain.screening.text import normalise
from shared.contracts.catalog import ListingKind

DETECTOR = "completeness"
SHORT_DETAILS = 50

_REQUIRED = {
    "name": "填写名称。 State the name.",
    "summary": "填写简介。 State in one or two sentences what it does.",
    "details": "填写详情，内容详尽清晰。 Describe the functions in detail.",
    "support_url": "填写帮助页面地址。 State the address of the help page.",
}


def missing(content: Content, kind: ListingKind) -> Iterator[Finding]:
    for field, advice in _REQUIRED.items():
        if not normalise(getattr(content, field)).text.strip():
            yield _absent(field, "4.3", advice)
    if kind is ListingKind.APPLICATION and not content.callback_url:
        yield _absent("callback_url", "4.3", "应用须填写回调地址。 An application needs its callback address.")
    if not content.plans:
        yield _absent("plans", "4.3", "至少设置一个订购周期与价格。 Set at least one period with its price.")
    visible = len("".join(normalise(content.details).text.split()))
    if 0 < visible < SHORT_DETAILS:
        yield Finding(
            DETECTOR, "6.1.3(2)", Severity.ADVISES, "details", 0, len(content.details), content.details,
            "详情较短，建议补充功能介绍与使用说明。 The details are short; add functions and instructions.",
        )  # fmt: skip


def _absent(field: str, clause: str, advice: str) -> Finding:
    return Finding(DETECTOR, clause, Severity.BLOCKS, field, 0, 0, "", advice)
