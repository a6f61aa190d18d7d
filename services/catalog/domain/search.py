"""How texts become lexemes that can be found, and how what somebody types becomes a question to them.

One text vector holds lexemes of several kinds, told apart by their first letter, so that one inverted index answers
about names, words, typing errors and filters together:

e  the whole name                       n  a word of the name, or one or two neighbouring Chinese characters of it
g  two Chinese characters of the name,  d  a Latin word of the name, whole or with one letter left out
   at most one other between them       l  a word of the name, the summary or the functions
w  a word of any text                   c  the category · k  the kind · t  a plan has a trial · p  the band of its price
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from services.catalog.domain.lexemes import All, Either, Lexeme, Matching
from services.catalog.domain.screening.folding import simplified

MOST_UNITS = 8
_LONGEST = 40
_LEAST_TYPED, _LEAST_ANYWHERE = 4, 3
_CHINESE = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_UNIT = re.compile(rf"[{_CHINESE}]+|[^\W_{_CHINESE}]+")
_MARKUP = re.compile(r"<[^>]*>")
_EMPTY_WORDS = frozenset("的了和与及或在是为将也都就等对从到把被让给")
"""Words that nearly every text has: they distinguish nothing and would only make the index larger."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody typed, as questions from the best to the weakest kind of match; `near` forgives one slip a word."""

    tiers: tuple[Matching, ...]
    near: Matching | None


def lexemes(
    name: str, lead: Iterable[str], details: str, filtered: Iterable[str] = (), *, most: int = 4_000
) -> list[str]:
    """All lexemes of one listing; `lead` are its summary and functions, `details` its rich text.

    `filtered` are those by which it is filtered.
    """
    found = set(filtered)
    in_name = _units(name)
    found.add(f"e{' '.join(in_name)}")
    for unit in in_name:
        if _is_chinese(unit):
            found.update(f"n{part}" for part in _neighbours(unit))
            found.update(f"n{character}" for character in unit)
            found.update(f"g{pair}" for pair in _pairs(unit))
        else:
            found.add(f"n{unit}")
            found.update(f"d{form}" for form in _slips(unit))
    leading = set(_words(in_name, fine=True))
    for text in lead:
        leading.update(_words(_units(text), fine=True))
    found.update(f"l{word}" for word in leading)
    anywhere = leading | set(_words(_units(html.unescape(_MARKUP.sub(" ", details))), fine=True))
    found.update(f"w{word}" for word in sorted(anywhere)[:most])
    return sorted(found)


def wanted(typed: str) -> Wanted | None:
    """None when nothing was typed that could be looked for."""
    units = _units(typed)[:MOST_UNITS]
    if not units:
        return None
    whole = Lexeme(f"e{' '.join(units)}")
    named = All(tuple(_in_name(unit, unit is units[-1]) for unit in units))
    last = units[-1]
    words = [word for word in _words(units, fine=False) if word != last or _is_chinese(last)]
    if not _is_chinese(last):
        words.append(last)
    tiers: list[Matching] = [whole, named]
    if words:
        tiers += [All(tuple(_word(kind, word, last) for word in words)) for kind in "lw"]
    near = [_near(unit) for unit in units]
    return Wanted(tuple(tiers), All(tuple(near)) if any(near) else None)


def _word(kind: str, word: str, last: str) -> Lexeme:
    """The last Latin word may still be being typed."""
    return Lexeme(kind + word, begins=word == last and not _is_chinese(word) and len(word) >= _LEAST_ANYWHERE)


def _in_name(unit: str, is_last: bool) -> Matching:
    if not _is_chinese(unit):
        return Lexeme(f"n{unit}", begins=is_last)
    if len(unit) == 1:
        return Lexeme(f"n{unit}")
    return All(tuple(Lexeme(f"n{pair}") for pair in _neighbours(unit)))


def _near(unit: str) -> Matching:
    """A name with one character wrong, missing or too many."""
    if not _is_chinese(unit):
        if len(unit) < _LEAST_TYPED:
            return Lexeme(f"n{unit}")
        return Either(tuple(Lexeme(f"d{form}") for form in sorted(_slips(unit))))
    if len(unit) == 1:
        return Lexeme(f"n{unit}")
    shortened = [unit[:at] + unit[at + 1 :] for at in range(len(unit))] if len(unit) > 2 else []
    ways = dict.fromkeys(tuple(_neighbours(form)) for form in [unit, *shortened])
    return Either(tuple(All(tuple(Lexeme(f"g{pair}") for pair in way)) for way in ways))


@cache
def _segmenter() -> Any:
    import rjieba

    return rjieba


def _units(text: str) -> list[str]:
    """Runs of Chinese characters and other words, in the one form in which they are compared."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    if not plain.isascii():
        plain = plain.translate(simplified())
    return [unit[:_LONGEST] for unit in _UNIT.findall(plain)]


def _words(units: Iterable[str], *, fine: bool) -> Iterator[str]:
    """`fine` adds the shorter words inside long ones, as texts are kept; what is typed is cut once."""
    jieba = _segmenter()
    cut = jieba.cut_for_search if fine else jieba.cut
    for unit in units:
        yield from (word for word in cut(unit) if word not in _EMPTY_WORDS) if _is_chinese(unit) else (unit,)


def _is_chinese(unit: str) -> bool:
    return "\u3400" <= unit[0] <= "\u9fff" or "\uf900" <= unit[0] <= "\ufaff"


def _neighbours(run: str) -> Iterator[str]:
    return (run[at : at + 2] for at in range(len(run) - 1))


def _pairs(run: str) -> Iterator[str]:
    for at in range(len(run) - 1):
        yield run[at : at + 2]
        if at + 2 < len(run):
            yield run[at] + run[at + 2]


def _slips(word: str) -> set[str]:
    """The word, and what is left of it without any one letter: two words one slip apart share one of these."""
    if len(word) < _LEAST_TYPED:
        return {word}
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}
