"""From all that the registry knows of a provider to the effects it blocks: the one place that knows (3.1, 7.1, 7.3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.registry.domain import qualification as qualifications
from services.registry.domain.agreement import Overdue
from services.registry.domain.qualification import Qualification
from shared.contracts.effects import Effect
from shared.contracts.registry import Hold, Standing

TRANSITIONS: dict[Standing, frozenset[Standing]] = {
    Standing.APPLIED: frozenset({Standing.ADMITTED}),
    Standing.ADMITTED: frozenset({Standing.EXITING}),
    Standing.EXITING: frozenset({Standing.ADMITTED, Standing.EXITED}),
    Standing.EXITED: frozenset(),
}

_SELLING = frozenset({Effect.LIST, Effect.ORDER, Effect.RENEW, Effect.PUBLISH})


@dataclass(frozen=True, slots=True)
class Held:
    """One hold, with what an explanation says beside it: where it comes from, since when, and what to do."""

    source: str
    hold: Hold
    since: datetime | None = None
    advice: str = ""
    advice_zh: str = ""


_BY_STANDING: dict[Standing, tuple[Held, ...]] = {
    Standing.APPLIED: (
        Held(
            "standing",
            Hold(effects=_SELLING, clause="3.1", reason="The provider is not admitted yet"),
            advice="Complete the application and wait for its decision",
            advice_zh="请补齐入驻材料并等待审核",
        ),
    ),
    Standing.ADMITTED: (),
    # Its users keep what they bought (7.4), and it still gets its money, unless a penalty holds that.
    Standing.EXITING: (
        Held(
            "standing",
            Hold(effects=_SELLING, clause="7.3", reason="The provider is leaving the market"),
            advice="Withdraw the exit to go on selling",
            advice_zh="如需继续经营，请撤回退出申请",
        ),
    ),
    Standing.EXITED: (
        Held(
            "standing",
            Hold(
                effects=_SELLING | {Effect.USE, Effect.CALL_API},
                clause="7.1",
                reason="The provider has left the market",
            ),
            advice="Nothing: it has left for good",
            advice_zh="服务商已退出市场",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that the registry knows of a provider and that may block something in all its categories.

    `since` is when it came into its standing. `overdue` are the agreements whose version in force it has not signed.
    A further ground gets a field here, a function below, and a line in `held`.
    """

    standing: Standing
    since: datetime | None = None
    overdue: tuple[Overdue, ...] = ()


def may_become(now: Standing, then: Standing) -> bool:
    return then in TRANSITIONS[now]


def held(situation: Situation) -> tuple[Held, ...]:
    """Everything that the registry itself holds against a provider in this situation, with what explains it."""
    return (*_standing(situation), *_overdue(situation))


def holds(situation: Situation) -> tuple[Hold, ...]:
    """The same, as the market is told."""
    return tuple(one.hold for one in held(situation))


def held_in(
    category: str, qualification: Qualification | None, asked_for: Iterable[str], at: datetime
) -> tuple[Held, ...]:
    """What is held against a provider within one category (3.2): who lost the qualification, or never held it."""
    if category not in asked_for or (qualification is not None and qualification.holds(at)):
        return ()
    advice, advice_zh = "Request the qualification for this category", "请申请该类目资质"
    if qualification is None:
        reason = f"The provider is not qualified for the category {category}"
        hold = Hold(effects=qualifications.NEVER_HELD, clause="3.2", reason=reason)
        return (Held("qualification", hold, None, advice, advice_zh),)
    how = "was revoked" if qualification.revoked_at is not None else "has expired"
    reason = f"The provider's qualification for the category {category} {how}"
    hold = Hold(effects=qualifications.ENDED, clause="3.2", reason=reason)
    return (Held("qualification", hold, qualification.ends_at, advice, advice_zh),)


def blocked(held: Iterable[Hold]) -> frozenset[Effect]:
    return frozenset(effect for hold in held for effect in hold.effects)


def _standing(situation: Situation) -> tuple[Held, ...]:
    found = _BY_STANDING[situation.standing]
    return tuple(Held(h.source, h.hold, situation.since, h.advice, h.advice_zh) for h in found)


def _overdue(situation: Situation) -> tuple[Held, ...]:
    if situation.standing is not Standing.ADMITTED:
        return ()
    return tuple(
        Held(
            "agreement",
            Hold(effects=frozenset({Effect.PUBLISH}), clause="3.1", reason=_why(one)),
            one.since,
            f"Sign version {one.version} of the {one.agreement} agreement",
            f"请签署 {one.agreement} 协议 {one.version} 版本",
        )
        for one in situation.overdue
    )


def _why(one: Overdue) -> str:
    if not one.version:
        return f"No version of the {one.agreement} agreement is in force"
    return f"The {one.agreement} agreement is not signed in the version in force, {one.version}"
