"""What may be done with a listing now: the AND over its lifecycle, every restriction and its seller's standing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from shared.contracts.effects import Cause, Effect, blocking
from shared.contracts.enforcement import RestrictionChanged
from shared.contracts.registry import Hold, ProviderStandingChanged


class Lifecycle(StrEnum):
    """The listing's own state, which its provider's and the reviewers' acts move.

    No penalty does, but for one that the law names: what went live under a publish freeze is withdrawn while that
    lasts (6.5.3). A withdrawn listing has nothing else to show; it is told to the market's replicas as delisted.
    """

    UNPUBLISHED = "unpublished"
    LIVE = "live"
    WITHDRAWN = "withdrawn"
    DELISTED = "delisted"
    RETIRED = "retired"


_SELLING = frozenset({Effect.LIST, Effect.ORDER, Effect.RENEW})
LIFECYCLE_HOLDS: dict[Lifecycle, tuple[Hold, ...]] = {
    Lifecycle.UNPUBLISHED: (
        Hold(effects=_SELLING | {Effect.USE, Effect.CALL_API}, clause="4.1", reason="No version has gone live yet"),
    ),
    Lifecycle.LIVE: (),
    Lifecycle.WITHDRAWN: (
        Hold(
            effects=frozenset({Effect.LIST, Effect.ORDER}),
            clause="6.5.3",
            reason="Its only version went live under a publish freeze and is withdrawn while that lasts",
        ),
    ),
    Lifecycle.DELISTED: (
        Hold(effects=frozenset({Effect.LIST, Effect.ORDER}), clause="4.1", reason="It was taken off the market"),
    ),
    # Who bought it keeps it until the end of the subscription (7.4).
    Lifecycle.RETIRED: (
        Hold(effects=_SELLING | {Effect.PUBLISH}, clause="7.4", reason="The provider ended the listing"),
    ),
}

_WITHOUT_QUALIFICATION = frozenset({Effect.LIST, Effect.ORDER, Effect.PUBLISH})
_UNKNOWN_SELLER = (
    Hold(effects=_SELLING | {Effect.PUBLISH}, clause="3.1", reason="The provider is not known to be admitted"),
)


@dataclass(frozen=True, slots=True)
class Because:
    """One reason why an effect is blocked. `source` names who holds it."""

    source: str
    clause: str
    reason: str
    target: str = ""
    measure: str = ""
    measure_clause: str = ""
    penalty_id: UUID | None = None
    decision_id: UUID | None = None
    from_: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Everything that decides about a listing, as far as the catalog knows it."""

    lifecycle: Lifecycle
    category: str
    requires_qualification: bool
    seller: ProviderStandingChanged | None
    restrictions: tuple[RestrictionChanged, ...]


Effective = Mapping[Effect, tuple[Because, ...]]
Span = tuple[datetime, datetime | None]
"""From an instant until before another; None is no end."""

EVER = datetime.min.replace(tzinfo=UTC)
"""Where a span begins that has no beginning; a database keeps it as -infinity."""


def effective(circumstances: Circumstances, at: datetime) -> Effective:
    """For every effect what blocks it at the instant `at`; an empty tuple means that it is free."""
    holds = [
        *(("lifecycle", hold) for hold in LIFECYCLE_HOLDS[circumstances.lifecycle]),
        *(("standing", hold) for hold in _standing_holds(circumstances.seller)),
        *(("qualification", hold) for hold in _qualification_holds(circumstances, at)),
    ]
    return {
        effect: (
            *(Because(source, hold.clause, hold.reason) for source, hold in holds if effect in hold.effects),
            *_restrictions(circumstances.restrictions, effect, at),
        )
        for effect in Effect
    }


def spans(circumstances: Circumstances, effect: Effect) -> tuple[Span, ...]:
    """All instants at which the effect is blocked, as disjoint spans in order: `effective` along the whole of time."""
    merged: list[Span] = []
    for start, end in sorted(_blocked(circumstances, effect), key=lambda span: span[0]):
        if end is not None and end <= start:
            continue
        if not merged or _ends_before(merged[-1], start):
            merged.append((start, end))
        else:
            merged[-1] = merged[-1][0], _later(merged[-1][1], end)
    return tuple(merged)


def open_penalties(circumstances: Circumstances, at: datetime) -> tuple[UUID, ...]:
    """The penalties in force on the listing itself, which a new version may answer."""
    found = {
        cause.penalty_id
        for restriction in circumstances.restrictions
        if restriction.target.kind == "listing"
        for cause in restriction.causes
        if cause.from_ <= at and (cause.until is None or at < cause.until)
    }
    return tuple(sorted(found))


def is_correction(circumstances: Circumstances, at: datetime) -> bool:
    """Whether a new version may answer an open penalty on the listing; submitting that is always allowed."""
    return bool(open_penalties(circumstances, at))


def _standing_holds(seller: ProviderStandingChanged | None) -> tuple[Hold, ...]:
    if seller is None:
        return _UNKNOWN_SELLER
    explained = {effect for hold in seller.holds for effect in hold.effects}
    rest = seller.blocked - explained
    if not rest:
        return seller.holds
    return (*seller.holds, Hold(effects=rest, clause="3.1", reason=f"The provider is {seller.standing}"))


def _blocked(circumstances: Circumstances, effect: Effect) -> Iterator[Span]:
    seller = circumstances.seller
    holds = (*LIFECYCLE_HOLDS[circumstances.lifecycle], *_standing_holds(seller))
    ends = [q.expires_at for q in seller.qualifications if q.expires_at] if seller else []
    # Between two ends of qualifications nothing else about them changes, so each hold lasts to the next one.
    instants = sorted({EVER, *ends})
    for start, end in zip(instants, [*instants[1:], None], strict=True):
        if any(effect in hold.effects for hold in (*holds, *_qualification_holds(circumstances, start))):
            yield start, end
    for restriction in circumstances.restrictions:
        for cause in restriction.causes:
            if effect in cause.effects:
                yield cause.from_, cause.until


def _ends_before(span: Span, start: datetime) -> bool:
    return span[1] is not None and span[1] < start


def _later(one: datetime | None, two: datetime | None) -> datetime | None:
    return None if one is None or two is None else max(one, two)


def _qualification_holds(circumstances: Circumstances, at: datetime) -> tuple[Hold, ...]:
    seller = circumstances.seller
    if seller is None:
        return ()
    named = next((q for q in seller.qualifications if q.category == circumstances.category), None)
    if named is not None and not named.holds(at):
        # Only what the category asks for is named once it has ended: what was on sale there goes off sale.
        reason = f"The provider's qualification for the category {circumstances.category} has ended"
        return (Hold(effects=_WITHOUT_QUALIFICATION, clause="3.2", reason=reason),)
    if named or not circumstances.requires_qualification or circumstances.category in seller.categories:
        return ()
    reason = f"The provider is not qualified for the category {circumstances.category}"
    return (Hold(effects=frozenset({Effect.PUBLISH}), clause="3.2", reason=reason),)


def _restrictions(restrictions: Iterable[RestrictionChanged], effect: Effect, at: datetime) -> Iterable[Because]:
    for restriction in restrictions:
        for cause in blocking(restriction.causes, effect, at):
            yield _restriction(restriction.target.kind, cause)


def _restriction(target: str, cause: Cause) -> Because:
    return Because(
        "restriction",
        cause.clause,
        f"A penalty is in force: {cause.measure}",
        target,
        cause.measure,
        cause.measure_clause,
        cause.penalty_id,
        cause.decision_id,
        cause.from_,
        cause.until,
    )
