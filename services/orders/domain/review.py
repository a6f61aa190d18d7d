"""A review: how one buyer rates one listing, and what the reviews of a listing come to (6.2.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.orders.domain.errors import ReviewHidden
from shared.contracts.orders import RatingChanged

LOWEST, HIGHEST = 1, 5


class ReviewStatus(StrEnum):
    VISIBLE = "visible"
    HIDDEN = "hidden"


TRANSITIONS: Mapping[ReviewStatus, frozenset[ReviewStatus]] = {
    ReviewStatus.VISIBLE: frozenset({ReviewStatus.HIDDEN}),
    ReviewStatus.HIDDEN: frozenset({ReviewStatus.VISIBLE}),
}


@dataclass(frozen=True, slots=True)
class Weight:
    """What a review adds to its listing's rating: stars and heads."""

    stars: int
    heads: int

    def __sub__(self, other: "Weight") -> "Weight":
        return Weight(self.stars - other.stars, self.heads - other.heads)


NOTHING = Weight(0, 0)


@dataclass(eq=False)
class Review:
    """One per merchant and listing. A hidden one counts for nothing and is read by its author and by staff only."""

    review_id: UUID
    listing_id: UUID
    provider_id: UUID
    merchant_id: str
    rating: int
    text: str
    written_at: datetime
    edited_at: datetime | None = None
    status: ReviewStatus = ReviewStatus.VISIBLE
    hidden_reason: str = ""
    version: int = 1

    @property
    def weight(self) -> Weight:
        return Weight(self.rating, 1) if self.status is ReviewStatus.VISIBLE else NOTHING

    def edit(self, rating: int, text: str, at: datetime) -> None:
        """What staff hid is not changed until staff shows it again."""
        if self.status is ReviewStatus.HIDDEN:
            raise ReviewHidden("Staff has hidden this review.", reason=self.hidden_reason)
        self.rating, self.text, self.edited_at = rating, text, at

    def hide(self, reason: str) -> None:
        self._become(ReviewStatus.HIDDEN)
        self.hidden_reason = reason

    def restore(self) -> None:
        self._become(ReviewStatus.VISIBLE)
        self.hidden_reason = ""

    def _become(self, status: ReviewStatus) -> None:
        if status not in TRANSITIONS[self.status]:
            raise ReviewHidden(f"The review is {self.status.value} already.", status=self.status.value)
        self.status = status


def rating_of(listing_id: UUID, total: Weight, at: datetime) -> RatingChanged:
    """The mean to two decimals; None while nobody's review is visible."""
    mean = round(total.stars / total.heads, 2) if total.heads else None
    return RatingChanged(listing_id=listing_id, rating=mean, count=total.heads, changed_at=at)
