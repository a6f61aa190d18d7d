"""Two contents side by side: what is not the same, field by field, with the changed spans in both texts.

The work is bounded: texts are compared by sentence first, and character by character only within sentences that
changed, as long as those are short. What is left is marked as a whole.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher

from services.catalog.domain.content import Content
from shared.contracts.catalog import Plan

_SENTENCE = re.compile(r"<[^<>]*>|[^<。！？!?；;\n]*[。！？!?；;\n]+|[^<。！？!?；;\n]+|<")
_TOKEN = re.compile(r"<[^<>]*>|[A-Za-z0-9_]+|\s+|.", re.DOTALL)
_TEXTS = ("name", "summary", "details")
_LISTS = ("screenshots", "functions", "scopes")
PAIRS_MOST = 2_000_000
"""How many pairs of tokens are compared at most in one text; 20 000 characters stay well below a second."""
BLOCK_MOST = 160_000


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
    left = PAIRS_MOST
    for a, b in _changed_blocks(_pieces(_SENTENCE, inner_old), _pieces(_SENTENCE, inner_new)):
        tokens = [_pieces(_TOKEN, text[part.start : part.end]) for text, part in ((inner_old, a), (inner_new, b))]
        cost = len(tokens[0]) * len(tokens[1])
        if cost > min(BLOCK_MOST, left):
            blocks = [(Span(0, a.end - a.start), Span(0, b.end - b.start))]
        else:
            left -= cost
            blocks = list(_changed_blocks(*tokens))
        for one, other in blocks:
            removed.append(Span(head + a.start + one.start, head + a.start + one.end))
            added.append(Span(head + b.start + other.start, head + b.start + other.end))
    return _joined(removed), _joined(added)


def _changed_blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Span, Span]]:
    """Where the sequences are not the same, as positions in the texts that they are pieces of."""
    old_at, new_at = _starts(old), _starts(new)
    # What stands everywhere says nothing about places: with it, the comparison of long texts would take minutes.
    matcher = SequenceMatcher(None, old, new, autojunk=True)
    for tag, a, a_end, b, b_end in matcher.get_opcodes():
        if tag != "equal":
            yield Span(old_at[a], old_at[a_end]), Span(new_at[b], new_at[b_end])


def _pieces(pattern: re.Pattern[str], text: str) -> list[str]:
    return pattern.findall(text)


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
