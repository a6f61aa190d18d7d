"""Numbers as people write them to be read by people only: Chinese numerals, keycaps, digits with signs between."""

import re

_POSITIONAL = {digit: number for number, digit in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "○": 0, "洞": 0, "幺": 1, "两": 2,
    "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
_CIRCLED = {chr(0x2780 + i): i + 1 for i in range(9)} | {chr(0x278A + i): i + 1 for i in range(9)} | {
    chr(0x2776 + i): i + 1 for i in range(9)
} | {"\u24ff": 0}  # fmt: skip
_AS_DIGITS = str.maketrans({char: str(number) for char, number in (_POSITIONAL | _CIRCLED).items()})
NUMERALS = "".join((*_POSITIONAL, *_CIRCLED))
"""The signs that stand for one digit each."""
_ONE = f"[{NUMERALS}]"
_SEVERAL = re.compile(rf"{_ONE}(?:[\s\-.·、,_\u20e3]{{0,2}}{_ONE}){{2}}")
_SCALES = {"十": 10, "百": 100, "千": 1000}


def as_digits(text: str) -> str | None:
    """The text with every numeral as one digit, at the same places; None when no three of them follow each other."""
    return text.translate(_AS_DIGITS) if _SEVERAL.search(text) else None


def number(text: str) -> int | None:
    """`12`, `三`, `二十四`, `三百六十五` or `三六五`; None for what is no number in any of these writings."""
    if text.isdecimal():
        return int(text)
    if not any(char in _SCALES for char in text):
        digits = text.translate(_AS_DIGITS)
        return int(digits) if digits.isdecimal() else None
    total, pending = 0, None
    for char in text:
        if (scale := _SCALES.get(char)) is not None:
            total += (1 if pending is None else pending) * scale
            pending = None
        elif char in _POSITIONAL:
            pending = _POSITIONAL[char]
        else:
            return None
    return total + (pending or 0)
