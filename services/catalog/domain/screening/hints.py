"""Short words that tell, by one look at a text for all of them, which expressions are worth trying on it."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, Implementation

# Filled while the detectors are imported, before anybody looks at a text.
_WATCHED: dict[str, None] = {}


def watched(words: Iterable[str]) -> frozenset[str]:
    """These are looked for from now on."""
    hints = dict.fromkeys(words)
    _WATCHED.update(hints)
    return frozenset(hints)


def seen_in(text: str) -> frozenset[str]:
    """Those that stand anywhere in the normalised text."""
    words, automaton = _compiled(len(_WATCHED))
    return frozenset([words[index] for index, _, _ in automaton.find_matches_as_indexes(text, overlapping=True)])


@lru_cache(maxsize=1)
def _compiled(many: int) -> tuple[Sequence[str], AhoCorasick]:
    words = list(_WATCHED)
    return words, AhoCorasick(words, implementation=Implementation.DFA)
