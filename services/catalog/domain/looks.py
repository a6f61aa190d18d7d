"""How alike two logos look, and how those that do are found among many."""

BITS = 64
FARTHEST = 6
"""Bits of a perceptual hash in which logos that look the same differ: scaled, recompressed or with a thin border.

Of two pictures that have nothing to do with each other about half of the bits differ.
"""

_PART, _PARTS = 16, 4
_PLAIN = range(10, 55)
"""Bits that are set in the hash of a picture in which there is something to see; a plain field has hardly any."""


def bands_of(looks: int) -> tuple[int, ...]:
    """The four parts of the hash, each numbered. None of a plain picture, which looks like any other plain one."""
    bits = looks & (1 << BITS) - 1
    if bits.bit_count() not in _PLAIN:
        return ()
    return tuple(part << _PART | bits >> _PART * part & (1 << _PART) - 1 for part in range(_PARTS))


def bands_near(looks: int) -> tuple[int, ...]:
    """The parts as they are and with one bit turned.

    Of up to seven bits that differ, one of four parts has at most one: nothing within `FARTHEST` is missed.
    """
    return tuple(near for band in bands_of(looks) for near in (band, *(band ^ 1 << bit for bit in range(_PART))))


def likeness(one: int, other: int) -> float:
    return 1 - ((one ^ other) & (1 << BITS) - 1).bit_count() / BITS
