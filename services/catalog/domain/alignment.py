"""Which pieces of two sequences are the same, in order: quickly by what is unique, exactly within a bound."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

Pair = tuple[int, int]


def anchors(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Pairs that rise on both sides: pieces that stand once in both, and their equal neighbours (patience diff).

    What stands often says nothing about places. The time is that of sorting, whatever the pieces are.
    """
    once_old, once_new = ({p for p, times in Counter(side).items() if times == 1} for side in (old, new))
    place = {piece: j for j, piece in enumerate(new) if piece in once_new}
    unique = [(i, place[piece]) for i, piece in enumerate(old) if piece in once_old and piece in place]
    found: list[Pair] = []
    ends = (len(old), len(new))
    chain = [*_longest_rising(unique), ends]
    for number, (i, j) in enumerate(chain):
        after = found[-1] if found else (-1, -1)
        # Backwards from this one, and then forwards, as far as the neighbours are the same and not taken yet.
        before: list[Pair] = []
        a, b = i - 1, j - 1
        while a > after[0] and b > after[1] and old[a] == new[b]:
            before.append((a, b))
            a, b = a - 1, b - 1
        found += reversed(before)
        if (i, j) == ends:
            break
        found.append((i, j))
        until = chain[number + 1]
        a, b = i + 1, j + 1
        while a < until[0] and b < until[1] and old[a] == new[b]:
            found.append((a, b))
            a, b = a + 1, b + 1
    return found


def shortest_edit(old: Sequence[str], new: Sequence[str], most_steps: int) -> tuple[list[Pair], int]:
    """The pairs that a shortest edit keeps (Myers, 1986), and the steps it took; no pairs once there were too many."""
    size, steps = len(old) + len(new), 0
    furthest = {1: 0}
    trail: list[dict[int, int]] = []
    for edits in range(size + 1):
        trail.append(dict(furthest))
        steps += 2 * len(furthest)
        for k in range(-edits, edits + 1, 2):
            down = k == -edits or (k != edits and furthest[k - 1] < furthest[k + 1])
            x = furthest[k + 1] if down else furthest[k - 1] + 1
            y = x - k
            while x < len(old) and y < len(new) and old[x] == new[y]:
                x, y, steps = x + 1, y + 1, steps + 1
            furthest[k] = x
            if x >= len(old) and y >= len(new):
                return _kept(trail, len(old), len(new)), steps
        if steps > most_steps:
            break
    return [], steps


def _kept(trail: Sequence[dict[int, int]], x: int, y: int) -> list[Pair]:
    """The way back from the end to the beginning."""
    pairs: list[Pair] = []
    for edits in range(len(trail) - 1, -1, -1):
        furthest, k = trail[edits], x - y
        down = k == -edits or (k != edits and furthest[k - 1] < furthest[k + 1])
        from_k = k + 1 if down else k - 1
        from_x = furthest[from_k] if edits else 0
        from_y = from_x - from_k if edits else 0
        while x > from_x and y > from_y:
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = from_x, from_y
    pairs.reverse()
    return pairs


def _longest_rising(pairs: Sequence[Pair]) -> list[Pair]:
    """Of pairs that rise on the left, the longest run that rises on the right too."""
    ends: list[int] = []
    at: list[int] = []
    back: list[int] = []
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        back.append(at[length - 1] if length else -1)
        if length == len(ends):
            ends.append(j)
            at.append(number)
        else:
            ends[length], at[length] = j, number
    run: list[Pair] = []
    number = at[-1] if at else -1
    while number >= 0:
        run.append(pairs[number])
        number = back[number]
    return run[::-1]
