"""What makes orders move from outside."""

from services.orders.reactions import (
    listing_published,
    listing_updated,
    provider_standing_changed,
    restriction_changed,
)
from shared.messaging.reaction import Reaction

REACTIONS: list[Reaction] = [
    listing_published.REACTION,
    listing_updated.REACTION,
    provider_standing_changed.REACTION,
    restriction_changed.REACTION,
]
