"""A provider sells in a category that asks for a qualification only while it holds one (3.2, 8.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.registry import Qualified


@dataclass(eq=False)
class Qualification:
    """The grant in force of one category; a later grant replaces its end."""

    provider_id: UUID
    category: str
    granted_at: datetime
    granted_by: str
    expires_at: datetime | None = None


def qualified(qualifications: Iterable[Qualification], at: datetime) -> tuple[Qualified, ...]:
    """What the provider is qualified for at the instant `at`, by category."""
    held = (Qualified(category=q.category, expires_at=q.expires_at) for q in qualifications)
    return tuple(sorted((q for q in held if q.holds(at)), key=lambda q: q.category))
