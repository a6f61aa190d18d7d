"""What makes orders move from outside."""

from services.orders.reactions import (
    listing_delisted,
    listing_published,
    listing_relisted,
    listing_retired,
    listing_updated,
    provider_standing_changed,
    restriction_changed,
)
from shared.messaging.reaction import Reaction

REACTIONS: list[Reaction] = [
    listing_published.REACTION,
    listing_updated.REACTION,
    listing_delisted.REACTION,
    listing_relisted.REACTION,
    listing_retired.REACTION,
    provider_standing_changed.REACTION,
    restriction_changed.REACTION,
]
