"""False "free" (6.1.5): what is called free must cost nothing, and a trial must be as long as it is said to be."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from services.catalog.domain.screening.digits import number
from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.hints import watched
from services.catalog.domain.screening.patterns import hints, is_denied
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.text import Normalised
from shared.contracts.catalog import Plan

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

DETECTOR = "false-free"
CLAUSE = "6.1.5"

_HINTS = watched(hints("免费|0元|0 元|零元|不收|不要钱|无需付|不花|零费用|白用|试用|体验|free|cost|no charge|trial"))
_WHOLLY = r"(?:永久|终身|终生|完全|全部|全程|一直|长期|始终|全功能|所有功能|全部功能|彻底|100%|百分百|真正|纯|全员|全)"
_FREE = re.compile(
    rf"(?P<wholly>{_WHOLLY}(?:的)?免费(?!试用)|免费(?:用)?(?:一辈子|终身|到底)|free\sforever|(?:completely"
    r"|totally|always|entirely|100%)\sfree"
    r"|forever\sfree)"
    r"|免费(?:使用|开通|订购|安装使用|畅用|享用|无限|版(?!权|本更新)|软件|工具|应用|插件|领取使用|入驻|用(?!户))"
    r"|(?<![\d.])(?:0\s?元|零元)(?:购|使用|订购|开通|起(?![送批订拍])|体验|安装|享|用(?!户))"
    r"|不收(?:取)?(?:任何|一分)?(?:费用|费|钱)|不花(?:一分)?钱|不要钱|无需(?:付费|付款)(?:即可|就能|使用)|零费用|白用"
    r"|(?<![a-z-])free\s(?:to\suse|of\scharge|version|plan|app|tool|software|edition|tier)|for\sfree(?![a-z])"
    r"|at\sno\scost|no\scharge"
    r"|costs?\snothing"
)
_OF_NAME = re.compile(r"免费(?!流量|试用)|(?<![a-z-])free(?![a-z-]|\s(?:trial|traffic))")
_PARTS = re.compile(
    r"升级|更新|培训|指导|教程|调试|售后|客服|咨询|技术支持|维护|答疑|诊断|流量|样品|退换|退货|换货|配送|运费"
    r"|面单|寄|包邮|课程|素材|模板"
    r"|迁移|搬家|买家|顾客|活动|赠品|额度|updates?|support|upgrades?|training|shipping|delivery|returns?"
    r"|templates?|onboarding|setup"
)
_TRIAL = re.compile(
    r"(?:免费)?(?:试用|体验)(?:期|时间)?(?:为|是|:)?\s?(?P<after>\d{1,3}"
    r"|[一二三四五六七八九十两半]{1,3})\s?(?P<unit>天|日|周|个?月|年)"
    r"|(?P<before>\d{1,3}|[一二三四五六七八九十两半]{1,3})\s?(?P<unit_before>天|日|周|个?月"
    r"|年)(?:的)?(?:免费)?(?:试用|体验)(?!版)"
    r"|(?P<english>\d{1,3})[\s-](?P<english_unit>day|week|month)s?\s(?:free\s)?trial"
    r"|(?:free\s)?trial\s(?:of|for|lasts)\s(?P<lasts>\d{1,3})\s(?P<lasts_unit>day|week|month)s?"
    r"|(?P<none>免费(?:试用|体验)|free\strial)"
)
_HIDDEN = re.compile(
    r"(?:另|额外|单独|另行)(?:收费|收取|计费|付费)|(?:使用|开通|激活|升级|解锁)(?:后|时|需|须|要){1,2}(?:另)?(?:收费"
    r"|付费|缴费|补差价)"
    r"|(?:服务费|手续费|激活费|开通费)(?:另算|另计|另付|另收)|按(?:单|量|次|条)(?:收费|计费|付费)|(?:高级|核心"
    r"|部分)功能(?:需|须|要)?(?:另)?(?:付费|收费)"
    r"|(?:extra|additional|hidden|activation)\s(?:fees?|charges?)\sapply|charged\sseparately|pay\sper\s(?:use|order)"
)
_DAYS = {"天": 1, "日": 1, "周": 7, "月": 28, "个月": 28, "年": 360, "day": 1, "week": 7, "month": 28}


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    plans = subject.content.plans
    if not plans:
        return
    if not _HINTS.isdisjoint(subject.joined.hints):
        for field, text in subject.texts.items():
            of_plan = _plan_of(field, plans)
            yield from _in_text(field, text, plans if of_plan is None else (of_plan,), is_plan=of_plan is not None)
    if not any(plan.price_fen for plan in plans):
        for field, text in subject.texts.items():
            yield from _fees(field, text)


def _plan_of(field: str, plans: tuple[Plan, ...]) -> Plan | None:
    return plans[int(field[6 : field.index("]")])] if field.startswith("plans[") else None


def _in_text(field: str, text: Normalised, plans: tuple[Plan, ...], *, is_plan: bool) -> Iterator[Finding]:
    costing = [plan for plan in plans if plan.price_fen]
    none_free = len(costing) == len(plans)
    ends: set[int] = set()
    for match in _FREE.finditer(text.text):
        if not (costing and (none_free or match["wholly"])) or _is_a_part(text.text, *match.span()):
            continue
        ends.add(match.end())
        severity = Severity.BLOCKS if none_free else Severity.WARNS
        yield _false(field, text, *match.span(), severity, none_free=none_free)
    if none_free and (field == "name" or is_plan) and not ends:
        for match in _OF_NAME.finditer(text.text):
            if not _is_a_part(text.text, *match.span()):
                yield _false(field, text, *match.span(), Severity.BLOCKS, none_free=True)
    yield from _trials(field, text, plans)


def _fees(field: str, text: Normalised) -> Iterator[Finding]:
    for match in _HIDDEN.finditer(text.text):
        if not is_denied(text.text, *match.span()):
            yield _finding(
                field, text, *match.span(), Severity.BLOCKS,
                Said("标价为免费，却另行收费。", "It is offered free of charge, and costs something after all."),
                Said("如实标价，或删除收费内容。", "Set the true price, or remove the fee."),
            )  # fmt: skip


def _trials(field: str, text: Normalised, plans: tuple[Plan, ...]) -> Iterator[Finding]:
    longest = max(plan.trial_days for plan in plans)
    if any(not plan.price_fen for plan in plans):
        return
    for match in _TRIAL.finditer(text.text):
        promised = _promised(match)
        if (promised is None or promised > longest) and (promised is not None or not longest):
            if is_denied(text.text, *match.span()) or _is_paid(text.text, match):
                continue
            yield _finding(
                field, text, *match.span(), Severity.BLOCKS,
                Said(f"实际设置的试用期为{longest}天。", f"The trial that is set lasts {longest} days."),
                Said("使试用期与文字一致，或删除。", "Let the trial be as long as the text says, or remove it."),
            )  # fmt: skip


def _is_paid(text: str, match: re.Match[str]) -> bool:
    """A plan may be called a trial when nobody says that it costs nothing."""
    return (
        "免费" not in match[0]
        and "free" not in match[0]
        and "免费" not in text[max(0, match.start() - 4) : match.end() + 4]
    )


def _promised(match: re.Match[str]) -> int | None:
    """Days, by the shortest reading of the unit; None when no length is named."""
    for count, unit in (
        ("after", "unit"),
        ("before", "unit_before"),
        ("english", "english_unit"),
        ("lasts", "lasts_unit"),
    ):
        if said := match[count]:
            days = _DAYS[match[unit]]
            return days // 2 if said == "半" else (number(said) or 0) * days
    return None


def _is_a_part(text: str, start: int, end: int) -> bool:
    """Support, updates and the like may be free; and what is denied is not promised."""
    if is_denied(text, start, end):
        return True
    before, after = text[max(0, start - 16) : start], text[end : end + 12]
    before = re.split(r"[,。;!?\n、]", before)[-1]
    after = re.split(r"[,。;!?\n、]", after)[0]
    return _PARTS.search(before) is not None or _PARTS.search(after) is not None


def _false(field: str, text: Normalised, start: int, end: int, severity: Severity, *, none_free: bool) -> Finding:
    why = (
        Said("宣称免费，但所有套餐均收费。", "It is called free, and every plan costs something.")
        if none_free
        else Said("宣称完全免费，但部分套餐收费。", "It is called wholly free, and some plans cost something.")
    )
    advice = Said("删除“免费”，或如实设置免费套餐、试用期。", "Remove the claim, or set a free plan or a trial.")
    return _finding(field, text, start, end, severity, why, advice)


def _finding(
    field: str, text: Normalised, start: int, end: int, severity: Severity, why: Said, advice: Said
) -> Finding:
    since, until = text.span(start, end)
    return Finding(DETECTOR, CLAUSE, severity, field, since, until, text.original[since:until], why, advice)
