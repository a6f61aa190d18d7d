"""One character as a detector compares it: one width, one case, simplified, and without look-alikes."""

import re
import unicodedata
from functools import cache, lru_cache

import opencc

_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\u2800\uffa0")
_BASIC_PLANE = 0x1_0000
_HAN = "".join(map(chr, (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))))
# Letters of other scripts that cannot be told from a Latin one by eye.
_CYRILLIC = ("АВЕКМНОРСТУХІЅЈԚԜаеорсухіѕјһԁԛԝ", "abekmhopctyxisjqwaeopcyxisjhdqw")
_GREEK = ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχ", "abezhikmnoptyxaikvopux")
_LOOK_ALIKES = str.maketrans("".join((_CYRILLIC[0], _GREEK[0])), "".join((_CYRILLIC[1], _GREEK[1])))


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
    return unicodedata.normalize("NFKC", char).translate(_LOOK_ALIKES).casefold().translate(_simplified())


@cache
def folded_basic_plane() -> dict[int, int | str]:
    """For `str.translate`: every character of the basic plane, also those that stay, as a missing key costs most."""
    made: dict[int, int | str] = {}
    for code in range(_BASIC_PLANE):
        folded = fold.__wrapped__(chr(code))
        made[code] = ord(folded) if len(folded) == 1 else folded
        if made[code] == code:
            made[code] = code
    return made


@cache
def uneven() -> re.Pattern[str]:
    """Finds a character that one does not stand for, or that lies beyond the basic plane."""
    chars = (chr(code) for code, folded in folded_basic_plane().items() if isinstance(folded, str))
    return re.compile(f"[{''.join(map(re.escape, chars))}\U00010000-\U0010ffff]")


@cache
def _simplified() -> dict[int, str]:
    """Character by character, so that lengths are kept; idioms that need more are in the lexicons themselves."""
    simplified = opencc.OpenCC("t2s").convert("\n".join(_HAN)).split("\n")
    return {ord(old): new for old, new in zip(_HAN, simplified, strict=True) if old != new and len(new) == 1}
