"""What makes enforcement move from outside."""

from services.enforcement.reactions import (
    audit_sealed,
    finding_reported,
    group_changed,
    listing_delisted,
    listing_published,
    listing_relisted,
    listing_retired,
    listing_submitted,
    listing_updated,
    outage_closed,
    outage_opened,
    provider_standing_changed,
    qualification_granted,
    service_stopped_early,
)
from shared.contracts.audit import AuditSealed
from shared.contracts.catalog import (
    FindingReported,
    ListingDelisted,
    ListingPublished,
    ListingRelisted,
    ListingRetired,
    ListingSubmitted,
    ListingUpdated,
)
from shared.contracts.monitoring import OutageClosed, OutageOpened
from shared.contracts.registry import GroupChanged, ProviderStandingChanged, QualificationGranted, ServiceStoppedEarly
from shared.messaging.reaction import on, on_each

REACTIONS = [
    on(ListingPublished, listing_published.know_listing),
    on(ListingUpdated, listing_updated.know_listing),
    on(ListingDelisted, listing_delisted.know_listing),
    on(ListingRetired, listing_retired.know_listing),
    on(ListingRelisted, listing_relisted.cure),
    on_each(ListingSubmitted, listing_submitted.note_correction),
    on_each(FindingReported, finding_reported.report_findings),
    on(ProviderStandingChanged, provider_standing_changed.know_provider),
    on(GroupChanged, group_changed.follow_groups),
    on_each(QualificationGranted, qualification_granted.cure),
    on_each(ServiceStoppedEarly, service_stopped_early.judge_stop),
    on(OutageOpened, outage_opened.judge_outage),
    on(OutageClosed, outage_closed.judge_outage),
    on_each(AuditSealed, audit_sealed.keep_anchor),
]
