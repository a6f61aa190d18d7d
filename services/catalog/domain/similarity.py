"""How alike two texts are, and the signature by which those worth comparing are found among many.

A signature is a MinHash over windows (rensa), kept in two forms. Its bands find candidates: of two texts that have the
share J of their windows in common, one band of four values agrees with probability J⁴, and a copy with a tenth of its
characters edited keeps J ≈ 0.59 in Chinese and 0.41 in English, so one of 96 bands agrees nearly always. Shorter
windows would keep more, and be found in every text of the language. Its sketch, one bit of each of 1024 values,
ranks the candidates: the bits that differ tell J within 0.03.

The judgement reads the texts themselves: which share of their characters lies in a window that both have.
An edit costs the character it touches and those squeezed between two edits, so a tenth edited leaves about 0.9 and
moving paragraphs around leaves nearly 1, while two texts that have half of their sentences from one template get 0.5.
"""

import struct
from array import array
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence, Set
from dataclasses import dataclass
from zlib import crc32

from rensa import RMinHash

from services.catalog.domain.shingles import Widths, hashed, shingles

SIGNED: Widths = (3, 5)
COMPARED: Widths = (3, 6)
BITS, BAND, BANDS = 1024, 4, 96
SCHEME = RMinHash.ALGORITHM_VERSION * 100 + 2
"""Signatures of another scheme cannot be compared. Raised with every change of what goes into one."""

SHORTEST = 24
"""Letters below which a text says too little to be anybody's own: a name and half a sentence."""
ALIKE = 0.72
"""From here on two texts are near duplicates. The benchmark `near_duplicate` shows both sides of it."""
FARTHEST = 370
"""Bits in which the sketches of two texts that are compared may differ: J ≥ 0.28. Of unrelated texts half do."""
COMMON_TO = 8
"""What so many unrelated providers write is a template, and nobody's own."""

_SEED = 4_306
_UNSIGNED, _SIGNED = struct.Struct(f"<{BANDS}I"), struct.Struct(f"<{BANDS}i")


@dataclass(frozen=True, slots=True)
class Signature:
    """`bands` are 32-bit numbers with a sign, as a database keeps them; `sketch` is one number of 1024 bits.

    `windows` are those that are compared, in the order of the text.
    """

    bands: tuple[int, ...]
    sketch: int
    windows: bytes


TOO_SHORT = Signature((), 0, b"")
"""Says that a text was looked at, and leads to no other."""


def sign(text: str) -> Signature | None:
    """None where the text is too short to be compared."""
    if len(text) < SHORTEST:
        return None
    minhash = RMinHash(num_perm=BITS, seed=_SEED)
    minhash.update(shingles(text, SIGNED))
    values = array("I", minhash.digest())
    # The number of a band goes into its hash, so that values agree only in the same place.
    packed, size = values[: BAND * BANDS].tobytes(), BAND * values.itemsize
    hashes = (crc32(packed[at : at + size], at) for at in range(0, len(packed), size))
    bands = _SIGNED.unpack(_UNSIGNED.pack(*hashes))
    sketch = int(bytes(value & 1 | ord("0") for value in values), 2)
    return Signature(bands, sketch, hashed(text, COMPARED))


def likeness(one: str, other: str) -> float:
    """0 for nothing in common, 1 for the same text; the same from both sides."""
    return compare(hashed(one, COMPARED), [(None, hashed(other, COMPARED))])[0]


def compare(windows: bytes, others: Sequence[tuple[Hashable, bytes]]) -> list[float]:
    """How alike a text is to each of the others, of which each comes with the provider whose it is.

    None stands for the writer of the text itself. What is alike only by what many providers write is not alike.
    """
    mine, theirs = _Windows(windows), [_Windows(other) for _, other in others]
    found = [mine.likeness(their) for their in theirs]
    if max(found, default=0.0) < ALIKE:
        return found
    common = _common([(house, their.known) for (house, _), their in zip(others, theirs, strict=True)])
    if not common:
        return found
    return [min(value, mine.likeness(their, common)) for value, their in zip(found, theirs, strict=True)]


def _common(texts: Iterable[tuple[Hashable, Set[int]]]) -> Set[int]:
    by_house: dict[Hashable, set[int]] = {}
    for house, known in texts:
        if house is not None:
            by_house.setdefault(house, set()).update(known)
    if len(by_house) < COMMON_TO:
        return frozenset()
    counted = Counter(window for known in by_house.values() for window in known)
    return {window for window, count in counted.items() if count >= COMMON_TO}


class _Windows:
    """A text as its windows. A mark is one byte for each character, and all of them together one large number."""

    def __init__(self, packed: bytes) -> None:
        self.packed = packed
        self.values = array("I", packed).tolist()
        self.known = frozenset(self.values)
        self._all = int.from_bytes(b"\1" * len(self.values), "little")
        self._narrow = _marks([value & 1 for value in self.values])

    def likeness(self, other: "_Windows", common: Set[int] = frozenset()) -> float:
        if not self.packed or not other.packed:
            return 0.0
        if self.packed == other.packed:
            return 1.0
        mine, my_own = self._shared(other.known, common)
        theirs, their_own = other._shared(self.known, common)
        if common and min(my_own, their_own) < SHORTEST:
            return 0.0
        return (mine + theirs) / (my_own + their_own)

    def _shared(self, known: Set[int], common: Set[int]) -> tuple[int, int]:
        """Characters in windows that the other has, and all characters; without those of templates."""
        own = self._all & ~self._covered(common) if common else self._all
        return (self._covered(known) & own).bit_count(), own.bit_count()

    def _covered(self, windows: Set[int]) -> int:
        begun = _marks(map(windows.__contains__, self.values))
        narrow = begun & self._narrow
        wide, narrow_width = COMPARED
        covered = narrow
        for step in range(1, narrow_width):
            covered |= narrow << 8 * step
        for step in range(wide):
            covered |= (begun ^ narrow) << 8 * step
        return covered & self._all


def _marks(flags: Iterable[int]) -> int:
    return int.from_bytes(bytes(flags), "little")
