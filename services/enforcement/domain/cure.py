"""A cure: what its owner tells that a provider did to end penalties, which of them it names, and the state it saw."""

from dataclasses import dataclass
from uuid import UUID

from services.enforcement.domain.rulebook import Ending
from shared.contracts.catalog import ListingRelisted
from shared.contracts.effects import Target
from shared.contracts.registry import QualificationGranted


@dataclass(frozen=True, slots=True)
class Cure:
    """It ends the `penalties` on `target` that end by `kind` and that the restriction told up to `seen_sequence`."""

    kind: Ending
    target: Target
    penalties: tuple[UUID, ...]
    seen_sequence: int
    because: str


def of_qualification(granted: QualificationGranted) -> Cure:
    """A new qualification cures a revoked category (6.5.6)."""
    return Cure(
        Ending.REQUALIFICATION,
        Target(kind="provider_category", id=granted.provider_id, category=granted.category),
        tuple(granted.cures),
        granted.restriction_sequence,
        f"The provider was qualified for {granted.category} anew at {granted.granted_at.isoformat()}",
    )


def of_relisting(relisted: ListingRelisted) -> Cure:
    """A passed review of the correction cures what took a service off the market (6.5.2)."""
    return Cure(
        Ending.REVIEW,
        Target(kind="listing", id=relisted.listing_id),
        relisted.answers,
        relisted.restriction_sequence,
        f"Version {relisted.version} of the listing passed its review at {relisted.reviewed_at.isoformat()}",
    )
