"""What makes enforcement move from outside."""

from services.enforcement.reactions import (
    audit_sealed,
    listing_published,
    listing_updated,
    outage_closed,
    outage_opened,
    provider_standing_changed,
)
from shared.contracts.audit import AuditSealed
from shared.contracts.catalog import ListingPublished, ListingUpdated
from shared.contracts.monitoring import OutageClosed, OutageOpened
from shared.contracts.registry import ProviderStandingChanged
from shared.messaging.reaction import on, on_each

REACTIONS = [
    on(ListingPublished, listing_published.know_listing),
    on(ListingUpdated, listing_updated.know_listing),
    on(ProviderStandingChanged, provider_standing_changed.know_provider),
    on(OutageOpened, outage_opened.judge_outage),
    on(OutageClosed, outage_closed.judge_outage),
    on_each(AuditSealed, audit_sealed.keep_anchor),
]
