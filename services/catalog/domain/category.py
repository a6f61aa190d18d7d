"""A category: a place in the tree, with the core functions that define it and what it asks of a listing."""

from dataclasses import dataclass


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


@dataclass(eq=False)
class Category:
    """The definition in force. `number` counts its versions; a listing's version keeps the one it was screened by.

    `special` marks a kind of service whose misplacement is grave at once (6.1.4). `allowed_periods` are the lengths
    of a plan in days, empty for any. `keywords` are what texts of this category speak of, for advice only.
    """

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
