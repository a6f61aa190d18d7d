"""What a detector reports: which clause, how grave, exactly where in the original text, why, and what to do."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Severity(StrEnum):
    """`blocks` refuses the submission, `warns` goes to the reviewer, `advises` only helps the writer."""

    BLOCKS = "blocks"
    WARNS = "warns"
    ADVISES = "advises"


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence for people, in both languages."""

    zh: str
    en: str


class Relation(StrEnum):
    """Whose the similar listing is: of the same account, of an account that is the same provider, of somebody else."""

    OWN = "own"
    LINKED = "linked"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Related:
    """A listing that is similar. `similarity` is 0..1; the times of first publication show who was first (6.2.1(1)).

    `ended`: its provider has retired it.
    """

    listing_id: UUID
    name: str
    relation: Relation
    similarity: float
    first_published_at: datetime | None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """`start` and `end` are positions in the text of `field` as it is kept, half-open; 0, 0 is the field as a whole."""

    detector: str
    clause: str
    severity: Severity
    field: str
    start: int
    end: int
    matched: str
    why: Said
    advice: Said
    related: tuple[Related, ...] = ()


def as_json(finding: Finding) -> dict[str, Any]:
    """Its fields as JSON holds them; `finding_of` is the way back."""
    told = asdict(finding)
    for related in told["related"]:
        first = related["first_published_at"]
        related |= {"listing_id": str(related["listing_id"]), "first_published_at": first and first.isoformat()}
    return {**told, "related": list(told["related"])}


def finding_of(values: Mapping[str, Any]) -> Finding:
    """The finding whose fields, as JSON, these are."""
    related = tuple(
        Related(
            UUID(item["listing_id"]),
            item["name"],
            Relation(item["relation"]),
            item["similarity"],
            datetime.fromisoformat(item["first_published_at"]) if item["first_published_at"] else None,
            item.get("ended", False),
        )
        for item in values["related"]
    )
    severity, why, advice = Severity(values["severity"]), Said(**values["why"]), Said(**values["advice"])
    return Finding(**{**values, "severity": severity, "why": why, "advice": advice, "related": related})
