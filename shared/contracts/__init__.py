"""The published language. Pure: nothing here does IO or imports anything of the project but itself."""

from shared.contracts import audit, catalog, enforcement, monitoring, orders, registry
from shared.contracts.event import Event

OWNERS = ("registry", "catalog", "orders", "monitoring", "enforcement")

_ALL: list[type[Event]] = [
    registry.ProviderAdmitted,
    registry.ProviderStandingChanged,
    registry.AgreementSigned,
    registry.QualificationGranted,
    registry.QualificationRevoked,
    registry.ApplicationDecided,
    registry.AgreementAnnounced,
    registry.GroupChanged,
    registry.ProviderLinked,
    registry.ProviderUnlinked,
    registry.AppAccessChanged,
    registry.ExitRequested,
    registry.ExitAccepted,
    registry.ExitWithdrawn,
    registry.ExitCompleted,
    registry.ServiceStoppedEarly,
    catalog.ListingSubmitted,
    catalog.ListingPublished,
    catalog.ListingUpdated,
    catalog.ListingRejected,
    catalog.ListingChangesRequested,
    catalog.ListingDelisted,
    catalog.ListingRelisted,
    catalog.ListingRetired,
    catalog.FindingReported,
    orders.OrderPlaced,
    orders.OrderPaid,
    orders.OrderRefused,
    orders.OrderRefunded,
    orders.OrderCancelled,
    orders.OrderUpdated,
    orders.BalanceChanged,
    orders.SubscriptionActivated,
    orders.SubscriptionUpdated,
    orders.RatingChanged,
    monitoring.ProbeFailed,
    monitoring.ProbeRecovered,
    monitoring.OutageOpened,
    monitoring.OutageClosed,
    monitoring.AvailabilityMeasured,
    monitoring.MaintenanceAnnounced,
    enforcement.CaseChanged,
    enforcement.ViolationConfirmed,
    enforcement.ViolationOverturned,
    enforcement.PenaltyApplied,
    enforcement.PenaltyExtended,
    enforcement.PenaltyLifted,
    enforcement.RestrictionChanged,
    enforcement.AppealFiled,
    enforcement.AppealDecided,
    enforcement.RulebookPublished,
    audit.AuditSealed,
]

EVENTS: dict[str, type[Event]] = {event.wire.name: event for event in _ALL}


def topic_of(owner: str, prefix: str = "") -> str:
    """The one topic of an owner. Hyphens only: a dot in a Kafka topic name can collide with an underscore."""
    return f"{prefix}{owner}-events"
