"""What changed from one content to the next, and how much each change weighs for a new review (4.4.1)."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum

from services.catalog.domain.content import Content


class Weight(StrEnum):
    """A light change alone asks for no more than a quick look; a heavy one may turn the product into another."""

    LIGHT = "light"
    HEAVY = "heavy"


WEIGHTS: dict[str, Weight] = {
    "category": Weight.HEAVY,
    "name": Weight.HEAVY,
    "summary": Weight.HEAVY,
    "details": Weight.HEAVY,
    "callback_url": Weight.HEAVY,
    "support_url": Weight.LIGHT,
    "plans": Weight.LIGHT,
    "logo": Weight.HEAVY,
    "screenshots": Weight.HEAVY,
    "help_url": Weight.LIGHT,
    "functions": Weight.HEAVY,
    "scopes": Weight.HEAVY,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field of the content that is not as it was."""

    field: str
    weight: Weight


def changed(old: Content | None, new: Content) -> tuple[Change, ...]:
    """Without an old content everything that is stated is new."""
    before = old or Content(category="", name="")
    names = [field.name for field in fields(Content)]
    return tuple(Change(name, WEIGHTS[name]) for name in names if getattr(before, name) != getattr(new, name))


def weight(changes: Iterable[Change]) -> Weight:
    """The heaviest of them; nothing changed weighs little."""
    return Weight.HEAVY if any(change.weight is Weight.HEAVY for change in changes) else Weight.LIGHT
