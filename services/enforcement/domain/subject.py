"""Whom a case is about, and whom a measure of a given scope therefore hits."""

from dataclasses import dataclass
from uuid import UUID

from services.enforcement.domain.errors import TargetUnknown
from services.enforcement.domain.rulebook import Scope
from shared.contracts.effects import Target


@dataclass(frozen=True, slots=True)
class Subject:
    """`accounts` are the provider and whoever counts as the same provider (6.5.11), the provider itself first."""

    provider_id: UUID
    listing_id: UUID | None = None
    category: str = ""
    accounts: tuple[UUID, ...] = ()

    @property
    def target(self) -> Target:
        """What the violation itself is about."""
        if self.listing_id is not None:
            return Target(kind="listing", id=self.listing_id)
        return Target(kind="provider", id=self.provider_id)

    def targets(self, scope: Scope) -> list[Target]:
        if scope is Scope.LISTING:
            if self.listing_id is None:
                raise TargetUnknown("The measure hits a listing and the case is about none")
            return [Target(kind="listing", id=self.listing_id)]
        if scope is Scope.PROVIDER:
            return [Target(kind="provider", id=self.provider_id)]
        if scope is Scope.PROVIDER_CATEGORY:
            if not self.category:
                raise TargetUnknown("The measure hits a category and the category of the listing is not known yet")
            return [Target(kind="provider_category", id=self.provider_id, category=self.category)]
        if scope is Scope.ACCOUNTS:
            return [Target(kind="provider", id=account) for account in self.accounts or (self.provider_id,)]
        raise TargetUnknown("A measure whose scope is ordered case by case needs the order")
