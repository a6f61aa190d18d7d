"""A category: a place in the tree, with the core functions that define it and what it asks of a listing."""

from dataclasses import dataclass, fields
from datetime import datetime

SEEDED = ""
"""Who published what the platform came with."""


@dataclass(frozen=True, slots=True)
class RequiredBlock:
    """A part that every detail page of the category has; any of `words` in a heading shows that it is there."""

    title_zh: str
    title_en: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForbiddenFunction:
    """A function that no listing of the category may offer, recognised by `words`; `clause` forbids it."""

    title_zh: str
    title_en: str
    clause: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """What a category is and asks for, as one version of it says.

    `special` marks a kind of service whose misplacement is grave at once (6.1.4). `takes_listings` is false for a
    group, and for a category that was closed. `allowed_periods` are the lengths of a plan in days, empty for any.
    `keywords` are what texts of this category speak of, for advice only.
    """

    title_zh: str
    title_en: str
    core_functions: str = ""
    core_functions_en: str = ""
    requires_qualification: bool = False
    special: bool = False
    takes_listings: bool = True
    required_blocks: tuple[RequiredBlock, ...] = ()
    forbidden_functions: tuple[ForbiddenFunction, ...] = ()
    allowed_periods: tuple[int, ...] = ()
    keywords: tuple[str, ...] = ()


@dataclass(eq=False)
class Category:
    """The definition in force, at its place in the tree. `number` is that of the version which defines it now."""

    code: str
    parent: str
    title_zh: str
    title_en: str
    core_functions: str
    requires_qualification: bool
    special: bool
    takes_listings: bool
    position: int
    number: int = 1
    required_blocks: tuple[RequiredBlock, ...] = ()
    forbidden_functions: tuple[ForbiddenFunction, ...] = ()
    allowed_periods: tuple[int, ...] = ()
    keywords: tuple[str, ...] = ()
    core_functions_en: str = ""

    @property
    def definition(self) -> Definition:
        return Definition(**{field.name: getattr(self, field.name) for field in fields(Definition)})

    def follow(self, version: "CategoryVersion") -> None:
        """From now on this version defines it."""
        self.number = version.number
        for field in fields(Definition):
            setattr(self, field.name, getattr(version.definition, field.name))


@dataclass(eq=False)
class CategoryVersion:
    """One definition of a category, from the instant at which it comes in force. It never changes.

    `in_force_at` is when it really did; None while it is announced. `published_by` is empty for what came with the
    platform, which a newer file replaces only as long as nobody published a version since.
    """

    code: str
    number: int
    definition: Definition
    in_force_from: datetime
    published_by: str
    published_at: datetime
    reason: str
    in_force_at: datetime | None = None


def defined(code: str, parent: str, position: int, first: CategoryVersion) -> Category:
    """A new category, by its first version."""
    values = {field.name: getattr(first.definition, field.name) for field in fields(Definition)}
    return Category(code=code, parent=parent, position=position, number=first.number, **values)
