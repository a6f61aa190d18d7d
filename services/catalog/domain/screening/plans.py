"""Plans that contradict each other, their own trial, or their category (6.1.5, 4.2)."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.text import Normalised
from shared.contracts.catalog import Plan

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

DETECTOR = "plans"
PRICING = "6.1.5"

Numbered = tuple[int, Plan]


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    plans = list(enumerate(subject.content.plans))
    for one in plans:
        yield from _trial(one)
        if subject.place is not None:
            yield from _period(one, subject.place.allowed_periods)
    yield from _told_apart(plans, subject.texts)
    yield from _cheaper(plans)


def _trial(numbered: Numbered) -> Iterator[Finding]:
    index, plan = numbered
    if plan.trial_days > plan.period_days:
        yield Finding(
            DETECTOR, PRICING, Severity.WARNS, f"plans[{index}].trial_days", 0, 0, str(plan.trial_days),
            Said(f"试用{plan.trial_days}天，长于订购周期{plan.period_days}天。",
                 f"A trial of {plan.trial_days} days is longer than the period of {plan.period_days} days."),
            Said("缩短试用期，或延长订购周期。", "Shorten the trial, or sell a longer period."),
        )  # fmt: skip


def _period(numbered: Numbered, allowed: Sequence[int]) -> Iterator[Finding]:
    index, plan = numbered
    if allowed and plan.period_days not in allowed:
        lengths = "、".join(map(str, sorted(allowed)))
        yield Finding(
            DETECTOR, "4.2", Severity.BLOCKS, f"plans[{index}].period_days", 0, 0, str(plan.period_days),
            Said(f"该类目不允许{plan.period_days}天的订购周期。",
                 f"The category does not take a period of {plan.period_days} days."),
            Said(f"可选周期（天）：{lengths}。", f"Choose one of these, in days: {lengths.replace('、', ', ')}."),
        )  # fmt: skip


def _told_apart(plans: Sequence[Numbered], texts: Mapping[str, Normalised]) -> Iterator[Finding]:
    """Nobody can choose between two plans that say the same; editions may share a period when their titles differ."""
    first: dict[tuple[int, str], Plan] = {}
    for index, plan in plans:
        known = first.setdefault((plan.period_days, "".join(texts[f"plans[{index}].title"].text.split())), plan)
        if known is not plan:
            yield Finding(
                DETECTOR, PRICING, Severity.BLOCKS, f"plans[{index}].title", 0, len(plan.title), plan.title,
                Said(f"与套餐“{known.plan_id}”的名称和周期相同，价格分别为{_yuan(known)}与{_yuan(plan)}。",
                     f"It has the title and period of the plan {known.plan_id!r}; the prices are {_yuan(known)} and "
                     f"{_yuan(plan)}."),
                Said("删除其中一个，或在名称中写明区别。",
                     "Remove one of them, or let the titles tell the difference."),
            )  # fmt: skip


def _cheaper(plans: Sequence[Numbered]) -> Iterator[Finding]:
    """One finding for each plan that undercuts a shorter one; editions at other prices may explain it."""
    told: set[int] = set()
    by_length = sorted(plans, key=lambda numbered: numbered[1].period_days)
    for (_, shorter), (index, longer) in combinations(by_length, 2):
        if longer.period_days > shorter.period_days and longer.price_fen < shorter.price_fen and index not in told:
            told.add(index)
            yield Finding(
                DETECTOR, PRICING, Severity.WARNS, f"plans[{index}].price_fen", 0, 0, _yuan(longer),
                Said(f"{longer.period_days}天售价{_yuan(longer)}，低于{shorter.period_days}天的{_yuan(shorter)}。",
                     f"{longer.period_days} days cost {_yuan(longer)}, less than {shorter.period_days} days at "
                     f"{_yuan(shorter)}."),
                Said("检查价格与周期。", "Check prices and periods."),
            )  # fmt: skip


def _yuan(plan: Plan) -> str:
    return f"¥{plan.price_fen / 100:.2f}"
