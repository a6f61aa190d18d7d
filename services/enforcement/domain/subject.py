"""Whom a case is about, and whom a measure of a given scope therefore hits."""

from dataclasses import dataclass
from uuid import UUID

from services.enforcement.domain.errors import TargetUnknown
from services.enforcement.domain.rulebook import Scope, Spread
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

    @property
    def everybody(self) -> tuple[UUID, ...]:
        return self.accounts or (self.provider_id,)

    def targets(self, scope: Scope, spread: Spread = Spread.NONE) -> list[Target]:
        """What the measure hits: the subject's own target first, then that of each linked account if it spreads.

        A measure on a listing that spreads hits "all accounts and services" (6.5.11), so it lies on the providers.
        """
        if scope is Scope.ACCOUNTS or (scope in (Scope.LISTING, Scope.PROVIDER) and spread is Spread.GROUP):
            return [Target(kind="provider", id=account) for account in self.everybody]
        if scope is Scope.LISTING:
            if self.listing_id is None:
                raise TargetUnknown("The measure hits a listing and the case is about none")
            return [Target(kind="listing", id=self.listing_id)]
        if scope is Scope.PROVIDER:
            return [Target(kind="provider", id=self.provider_id)]
        if scope is Scope.PROVIDER_CATEGORY:
            if not self.category:
                raise TargetUnknown("The measure hits a category and the category of the listing is not known yet")
            hit = self.everybody if spread is Spread.GROUP else (self.provider_id,)
            return [Target(kind="provider_category", id=account, category=self.category) for account in hit]
        raise TargetUnknown("A measure whose scope is ordered case by case needs the order")
