"""What moves the catalog from outside."""

from services.catalog.reactions import (
    availability_measured,
    group_changed,
    maintenance_announced,
    provider_standing_changed,
    rating_changed,
    restriction_changed,
)
from shared.contracts.enforcement import RestrictionChanged
from shared.contracts.monitoring import AvailabilityMeasured, MaintenanceAnnounced
from shared.contracts.orders import RatingChanged
from shared.contracts.registry import GroupChanged, ProviderStandingChanged
from shared.messaging.reaction import Reaction, on

REACTIONS: list[Reaction] = [
    on(GroupChanged, group_changed.keep_group),
    on(ProviderStandingChanged, provider_standing_changed.keep_standing),
    on(RestrictionChanged, restriction_changed.keep_restriction),
    on(RatingChanged, rating_changed.keep_rating),
    on(AvailabilityMeasured, availability_measured.keep_availability),
    on(MaintenanceAnnounced, maintenance_announced.keep_maintenance),
]
