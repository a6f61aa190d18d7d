"""What moves the registry from outside."""

from services.registry.reactions import (
    audit_sealed,
    balance_changed,
    case_changed,
    listing_delisted,
    listing_published,
    listing_relisted,
    listing_retired,
    listing_updated,
    order_placed,
    order_updated,
    outage_closed,
    outage_opened,
    restriction_changed,
    subscription_activated,
    subscription_updated,
)
from shared.contracts.audit import AuditSealed
from shared.contracts.catalog import ListingDelisted, ListingPublished, ListingRelisted, ListingRetired, ListingUpdated
from shared.contracts.enforcement import CaseChanged, RestrictionChanged
from shared.contracts.monitoring import OutageClosed, OutageOpened
from shared.contracts.orders import (
    BalanceChanged,
    OrderPlaced,
    OrderUpdated,
    SubscriptionActivated,
    SubscriptionUpdated,
)
from shared.messaging.reaction import Reaction, on, on_each

REACTIONS: list[Reaction] = [
    on(RestrictionChanged, restriction_changed.keep_restriction),
    on_each(AuditSealed, audit_sealed.keep_anchor),
    on(ListingPublished, listing_published.keep_listings),
    on(ListingUpdated, listing_updated.keep_listings),
    on(ListingDelisted, listing_delisted.keep_listings),
    on(ListingRelisted, listing_relisted.keep_listings),
    on(ListingRetired, listing_retired.keep_listings),
    on(OrderPlaced, order_placed.keep_obligations),
    on(OrderUpdated, order_updated.keep_obligations),
    on(BalanceChanged, balance_changed.keep_obligations),
    on(CaseChanged, case_changed.follow_cases),
    on(SubscriptionActivated, subscription_activated.keep_subscriptions),
    on(SubscriptionUpdated, subscription_updated.keep_subscriptions),
    on(OutageOpened, outage_opened.keep_outages),
    on(OutageClosed, outage_closed.keep_outages),
]
