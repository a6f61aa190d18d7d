"""Two contents side by side: what is not the same, field by field, with the changed spans in both texts.

The work is bounded: texts are compared by sentence first, and character by character only within sentences that
changed, as long as those are short. What is left is marked as a whole.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from services.catalog.domain.alignment import Pair, anchors, shortest_edit
from services.catalog.domain.content import Content
from shared.contracts.catalog import Plan

_SENTENCE = re.compile(r"<[^<>]*>|[^<。！？!?；;\n]*[。！？!?；;\n]+|[^<。！？!?；;\n]+|<")
_TOKEN = re.compile(r"<[^<>]*>|[A-Za-z0-9_]+|\s+|.", re.DOTALL)
_TEXTS = ("name", "summary", "details")
_LISTS = ("screenshots", "functions", "scopes")
STEPS_MOST = 1_000_000
"""Of comparing token by token, in one text; whatever the texts are, that is well below a second."""
BLOCK_STEPS_MOST = 200_000


@dataclass(frozen=True, slots=True)
class Span:
    """Positions in a text, half-open."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One field. None: it is not there. `removed` lies in `old`, `added` in `new`; without them all of it changed."""

    field: str
    old: str | None
    new: str | None
    removed: tuple[Span, ...] = ()
    added: tuple[Span, ...] = ()


def differences(old: Content, new: Content) -> tuple[Difference, ...]:
    """In the order of the content's fields. Without a change there is nothing."""
    return tuple(found for field in fields(Content) for found in _of_field(field.name, old, new))


def compare(field: str, old: str, new: str) -> Difference:
    """Two texts, with the spans that are not the same."""
    removed, added = _spans(old, new)
    return Difference(field, old, new, removed, added)


def _of_field(name: str, old: Content, new: Content) -> Iterator[Difference]:
    before, after = getattr(old, name), getattr(new, name)
    if before == after:
        return
    if name in _TEXTS:
        yield compare(name, before, after)
    elif name == "plans":
        yield from _of_plans(before, after)
    elif name in _LISTS:
        yield from (Difference(name, one, None) for one in before if one not in after)
        yield from (Difference(name, None, one) for one in after if one not in before)
        if sorted(before) == sorted(after):
            yield Difference(name, "\n".join(before), "\n".join(after))
    else:
        yield Difference(name, before or None, after or None)


def _of_plans(before: Sequence[Plan], after: Sequence[Plan]) -> Iterator[Difference]:
    """By the plan's id, whatever its place is."""
    old, new = ({plan.plan_id: plan for plan in plans} for plans in (before, after))
    for plan_id in dict.fromkeys([*old, *new]):
        for name in ("title", "period_days", "price_fen", "trial_days"):
            values = [getattr(plans[plan_id], name) if plan_id in plans else None for plans in (old, new)]
            if values[0] != values[1]:
                was, now = (None if value is None else str(value) for value in values)
                yield Difference(f"plans[{plan_id}].{name}", was, now)
    if list(old) != list(new) and old.keys() == new.keys():
        yield Difference("plans", "\n".join(old), "\n".join(new))


def _spans(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    head = _common_head(old, new)
    tail = _common_head(old[head:][::-1], new[head:][::-1])
    inner_old, inner_new = old[head : len(old) - tail], new[head : len(new) - tail]
    removed: list[Span] = []
    added: list[Span] = []
    left = STEPS_MOST
    sentences = (_SENTENCE.findall(inner_old), _SENTENCE.findall(inner_new))
    for a, b in _between(*sentences, anchors(*sentences)):
        old_at, new_at = head + a.start, head + b.start
        tokens = [_TOKEN.findall(text[part.start : part.end]) for text, part in ((inner_old, a), (inner_new, b))]
        pairs, used = shortest_edit(tokens[0], tokens[1], min(left, BLOCK_STEPS_MOST))
        left -= used
        for one, other in _between(tokens[0], tokens[1], pairs):
            removed.append(Span(old_at + one.start, old_at + one.end))
            added.append(Span(new_at + other.start, new_at + other.end))
    return _joined(removed), _joined(added)


def _between(old: Sequence[str], new: Sequence[str], same: Sequence[Pair]) -> Iterator[tuple[Span, Span]]:
    """What lies between the pieces that are the same, as positions in the texts that they are pieces of."""
    old_at, new_at = _starts(old), _starts(new)
    a = b = 0
    for i, j in (*same, (len(old), len(new))):
        if (a, b) != (i, j):
            yield Span(old_at[a], old_at[i]), Span(new_at[b], new_at[j])
        a, b = i + 1, j + 1


def _starts(pieces: Sequence[str]) -> list[int]:
    starts = [0]
    for piece in pieces:
        starts.append(starts[-1] + len(piece))
    return starts


def _common_head(one: str, other: str) -> int:
    """How many characters both begin with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Without empty ones, and those that touch as one."""
    found: list[Span] = []
    for span in spans:
        if span.start == span.end:
            continue
        if found and found[-1].end == span.start:
            found[-1] = Span(found[-1].start, span.end)
        else:
            found.append(span)
    return tuple(found)
