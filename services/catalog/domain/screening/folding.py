"""One character as a detector compares it: one width, one case, simplified, and without look-alikes."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

import opencc

_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\u2800\uffa0")
_BASIC_PLANE = 0x1_0000
_HAN = "".join(map(chr, (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))))
# Letters of other scripts that cannot be told from a Latin one by eye.
_CYRILLIC = ("АВЕКМНОРСТУХІЅЈԚԜаеорсухіѕјһԁԛԝ", "abekmhopctyxisjqwaeopcyxisjhdqw")
_GREEK = ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχ", "abezhikmnoptyxaikvopux")
# Signs and letters in boxes that NFKC leaves as they are: negative circled, negative squared, regional indicators.
_BOXES = {first + at: chr(0x61 + at) for first in (0x1F150, 0x1F170, 0x1F1E6) for at in range(26)}
_LOOK_ALIKES: dict[int, str | int] = {
    **str.maketrans("".join((_CYRILLIC[0], _GREEK[0])), "".join((_CYRILLIC[1], _GREEK[1]))),
    **_BOXES,
    **str.maketrans("\u2795\u271a\u271b\u271c", "++++"),
}


def is_invisible(char: str) -> bool:
    return (
        unicodedata.category(char) == "Cf"
        or char in _FILLERS
        or "\ufe00" <= char <= "\ufe0f"
        or "\U000e0100" <= char <= "\U000e01ef"
    )


@lru_cache(maxsize=16_384)
def fold(char: str) -> str:
    """What stands for the character: mostly one, none for what cannot be seen, several for a ligature."""
    if is_invisible(char):
        return ""
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"
    return unicodedata.normalize("NFKC", char).translate(_LOOK_ALIKES).casefold().translate(simplified())


@cache
def foldable() -> re.Pattern[str]:
    """Finds a character for which another one, several or none may stand."""
    return _any_of(char for char, folded in _basic_folds().items() if folded != char)


@cache
def uneven() -> re.Pattern[str]:
    """Finds a character for which perhaps not exactly one stands."""
    return _any_of(char for char, folded in _basic_folds().items() if len(folded) != 1)


@cache
def _basic_folds() -> dict[str, str]:
    """Of the characters of the basic plane that do not stand for themselves."""
    folds = ((char, fold.__wrapped__(char)) for char in map(chr, range(_BASIC_PLANE)))
    return {char: folded for char, folded in folds if folded != char}


def _any_of(chars: Iterable[str]) -> re.Pattern[str]:
    """All that lie beyond the basic plane count too: there are too many to ask each."""
    return re.compile(f"[{''.join(map(re.escape, chars))}\U00010000-\U0010ffff]")


@cache
def simplified() -> dict[int, str]:
    """Character by character, so that lengths are kept; idioms that need more are in the lexicons themselves."""
    converted = opencc.OpenCC("t2s").convert("\n".join(_HAN)).split("\n")
    return {ord(old): new for old, new in zip(_HAN, converted, strict=True) if old != new and len(new) == 1}
