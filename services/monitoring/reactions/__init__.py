"""What monitoring does about the facts of others."""

from services.monitoring.reactions import (
    listing_delisted,
    listing_published,
    listing_relisted,
    listing_retired,
    listing_updated,
    provider_standing_changed,
    restriction_changed,
    subscription_activated,
    subscription_updated,
)
from shared.contracts.catalog import ListingDelisted, ListingPublished, ListingRelisted, ListingRetired, ListingUpdated
from shared.contracts.enforcement import RestrictionChanged
from shared.contracts.orders import SubscriptionActivated, SubscriptionUpdated
from shared.contracts.registry import ProviderStandingChanged
from shared.messaging.reaction import on

REACTIONS = [
    on(ListingPublished, listing_published.follow_listings),
    on(ListingUpdated, listing_updated.follow_listings),
    on(ListingDelisted, listing_delisted.follow_listings),
    on(ListingRelisted, listing_relisted.follow_listings),
    on(ListingRetired, listing_retired.follow_listings),
    on(SubscriptionActivated, subscription_activated.keep_subscriptions),
    on(SubscriptionUpdated, subscription_updated.keep_subscriptions),
    on(ProviderStandingChanged, provider_standing_changed.keep_provider),
    on(RestrictionChanged, restriction_changed.review_suspensions),
]
