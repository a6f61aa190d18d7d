"""A category: a place in the tree, with the core functions that define it and what it asks of a provider."""

from dataclasses import dataclass


@dataclass(eq=False)
class Category:
    """`special` marks a kind of service whose misplacement is grave at once (6.1.4)."""

    code: str
    parent: str
    title_zh: str
    title_en: str
    core_functions: str
    requires_qualification: bool
    special: bool
    takes_listings: bool
    position: int
