"""What a text is compared by: its letters alone, cut into overlapping windows."""

from array import array
from zlib import crc32

from services.catalog.domain.content import Content
from services.catalog.domain.screening.text import normalise, normalise_html

Widths = tuple[int, int]
"""Characters in a window that begins with one beyond ASCII, and in one that begins with an ASCII character.

A Chinese character tells about as much as two Latin letters.
"""


def letters_of(content: Content) -> str:
    """The letters and digits that a visitor reads in name, summary and details, in one case and width.

    Spacing and punctuation cost a copyist nothing to change, so they do not count.
    """
    parts = (normalise(content.name), normalise(content.summary), normalise_html(content.details))
    return "".join(char for part in parts for char in part.text if char.isalnum())


def shingles(text: str, widths: Widths) -> list[str]:
    """The window that begins at each character; at the end they are cut short."""
    wide, narrow = widths
    return [text[at : at + (narrow if char.isascii() else wide)] for at, char in enumerate(text)]


def hashed(text: str, widths: Widths) -> bytes:
    """The same windows as packed numbers of 32 bits, odd for narrow ones: quicker to read than to cut again."""
    wide, narrow = 4 * widths[0], 4 * widths[1]
    raw = text.encode("utf-32-le")
    numbers = (
        crc32(raw[at : at + narrow]) | 1 if char.isascii() else crc32(raw[at : at + wide]) & ~1
        for at, char in zip(range(0, len(raw), 4), text, strict=True)
    )
    return array("I", numbers).tobytes()
