"""How risky a submitted version is: named reasons with points, and what follows for its lane and for who decides."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.catalog.domain.change import Weight, changed, weight
from services.catalog.domain.content import Content
from services.catalog.domain.screening.finding import Finding, Relation, Said, Severity

MOST_RISK = 100
SECOND_AT = 70
"""From here on a second person confirms an approval, whatever the reasons are."""
LIGHT_BELOW = 20
HIGH_PRICE_FEN = 1_000_000
"""Ten thousand yuan for one period: a buyer who was misled loses much at once."""
_FINDINGS_MOST = 40
_REFUSALS_MOST = 20


class Lane(StrEnum):
    """`light` is for small changes of what is on the market: due sooner, and read in a few minutes."""

    LIGHT = "light"
    HEAVY = "heavy"


@dataclass(frozen=True, slots=True)
class RiskReason:
    """`asks_second`: this alone asks for a second person before the version goes live."""

    code: str
    points: int
    zh: str
    en: str
    asks_second: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known when a version is submitted. `live` is what is on the market, or was last.

    `penalised_at`: since when the newest penalty in force holds; `approved_at`: the provider's last approval.
    """

    content: Content
    live: Content | None
    findings: Sequence[Finding] = ()
    is_special: bool = False
    requires_qualification: bool = False
    is_first_listing: bool = False
    refusals: int = 0
    penalised_at: datetime | None = None
    approved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Risk:
    points: int
    reasons: tuple[RiskReason, ...]
    needs_second: bool
    lane: Lane


def assess(situation: Situation) -> Risk:
    reasons = tuple(sorted(_reasons(situation), key=lambda reason: (-reason.points, reason.code)))
    points = min(sum(reason.points for reason in reasons), MOST_RISK)
    needs_second = points >= SECOND_AT or any(reason.asks_second for reason in reasons)
    return Risk(points, reasons, needs_second, _lane(situation, points, needs_second))


def marks(findings: Iterable[Finding]) -> tuple[str, ...]:
    """What a version is compared by with earlier decisions: the detectors that spoke and the clauses they named."""
    found = [finding for finding in findings if finding.severity is not Severity.ADVISES]
    return tuple(sorted({f"detector:{f.detector}" for f in found} | {f"clause:{f.clause}" for f in found}))


def _lane(situation: Situation, points: int, needs_second: bool) -> Lane:
    if situation.live is None or needs_second or points >= LIGHT_BELOW:
        return Lane.HEAVY
    return Lane.LIGHT if weight(changed(situation.live, situation.content)) is Weight.LIGHT else Lane.HEAVY


def _reasons(situation: Situation) -> Iterator[RiskReason]:
    yield from _of_findings(situation.findings)
    yield from _of_changes(situation)
    yield from _of_place(situation)
    yield from _of_history(situation)


def _of_findings(findings: Sequence[Finding]) -> Iterator[RiskReason]:
    left = _FINDINGS_MOST
    for clause, times in sorted(Counter(f.clause for f in findings if f.severity is not Severity.ADVISES).items()):
        points = min(8 + 2 * min(times - 1, 3), left)
        left -= points
        if points:
            said = Said(f"机审就第{clause}条提示{times}处", f"The screening points {times} times at clause {clause}")
            yield RiskReason(f"finding:{clause}", points, said.zh, said.en)
    if any(finding.severity is Severity.BLOCKS for finding in findings):
        yield RiskReason("grave_finding", 30, "存在禁止发布类提示", "A finding that forbids to publish", True)
    if any(related.relation is Relation.OTHER for finding in findings for related in finding.related):
        yield RiskReason("possible_copy", 20, "疑似抄袭其他服务商", "It may be a copy of another provider's listing")


def _of_changes(situation: Situation) -> Iterator[RiskReason]:
    if situation.live is None:
        yield RiskReason("new", 10, "新发布", "It has never been on the market")
    else:
        heavy = [c.field for c in changed(situation.live, situation.content) if c.weight is Weight.HEAVY]
        if heavy:
            names = "、".join(heavy)
            yield RiskReason(
                "heavy_change", min(5 * len(heavy), 25), f"重要内容变更：{names}", f"What weighs changed: {names}"
            )
    if any(plan.price_fen >= HIGH_PRICE_FEN for plan in situation.content.plans):
        yield RiskReason("high_price", 10, "高价套餐", "A plan with a high price")


def _of_place(situation: Situation) -> Iterator[RiskReason]:
    if situation.is_special:
        yield RiskReason("special_category", 30, "特殊类目（6.1.4）", "A special category (6.1.4)", True)
    if situation.requires_qualification:
        yield RiskReason("qualified_category", 10, "需要类目资质", "The category asks for a qualification")


def _of_history(situation: Situation) -> Iterator[RiskReason]:
    if situation.is_first_listing:
        yield RiskReason("first_listing", 15, "服务商首次发布", "The first listing of its provider")
    if situation.penalised_at is not None:
        is_first_since = situation.approved_at is None or situation.approved_at < situation.penalised_at
        yield RiskReason(
            "penalty_in_force",
            25,
            "处罚生效中" + ("，且为处罚后首次发布" if is_first_since else ""),
            "A penalty is in force" + (", and this is the first version since" if is_first_since else ""),
            is_first_since,
        )
    if situation.refusals:
        yield RiskReason(
            "refusals",
            min(5 * situation.refusals, _REFUSALS_MOST),
            f"近半年{situation.refusals}次未通过审核",
            f"{situation.refusals} refusals within half a year",
        )
