"""What is screened: a content, its place, its texts as detectors compare them, and what only IO can tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from services.catalog.domain.category import Category
from services.catalog.domain.content import Content
from services.catalog.domain.screening.finding import Related
from services.catalog.domain.screening.joined import Joined
from services.catalog.domain.screening.text import Normalised, normalise, normalise_html
from shared.contracts.catalog import ListingKind


@dataclass(frozen=True, slots=True)
class SeenImage:
    """A kept image, as it was measured when it was taken. `codes` are the texts of the QR codes in it."""

    sha256: str
    width: int
    height: int
    codes: tuple[str, ...]


class Fault(StrEnum):
    """Why nothing may or can be called at an address.

    It leads where nothing must go, to no host, to one that cannot prove who it is, or to silence.
    """

    DENIED = "denied"
    UNKNOWN = "unknown"
    UNTRUSTED = "untrusted"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Reach:
    """What a look at the callback address gave: no `fault` when it may be called and something answers."""

    url: str
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Observations:
    """What only IO can tell, gathered before the detectors run. What was not looked at is None or empty."""

    images: Mapping[str, SeenImage] = field(default_factory=dict)
    callback: Reach | None = None
    similar_texts: tuple[Related, ...] = ()
    similar_logos: tuple[Related, ...] = ()
    removed_markup: tuple[str, ...] = ()
    first_published_at: datetime | None = None


@dataclass(frozen=True)
class Subject:
    """`place` is the chosen category (None while it is unknown), `places` all that take listings."""

    content: Content
    kind: ListingKind
    place: Category | None = None
    places: Sequence[Category] = ()
    seen: Observations = Observations()

    @cached_property
    def texts(self) -> Mapping[str, Normalised]:
        """By field, in reading order. Spans lead back into the text of the field as it is kept."""
        return {
            name: normalise_html(text) if name == "details" else normalise(text) for name, text in self.content.texts()
        }

    @cached_property
    def joined(self) -> Joined:
        return Joined(self.texts)
