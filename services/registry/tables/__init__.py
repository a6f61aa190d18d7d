"""The registry's tables, and how the domain's plain classes are mapped onto them."""

from services.registry.tables.agreements import agreement, agreement_timer, signature
from services.registry.tables.applications import abandoned_file, application, document
from services.registry.tables.apps import app_access, app_key, listing
from services.registry.tables.exits import exit_, exit_receipt
from services.registry.tables.links import account_group, link, membership, trait
from services.registry.tables.metadata import metadata
from services.registry.tables.notices import calendar_day, notice
from services.registry.tables.obligations import obligation, outage, subscription
from services.registry.tables.personal import person_key
from services.registry.tables.profile_changes import profile_change
from services.registry.tables.providers import person, provider, told_standing
from services.registry.tables.qualifications import qualification, qualification_request, qualification_step
from services.registry.tables.replicas import audit_anchor, restriction

__all__ = [
    "abandoned_file",
    "account_group",
    "agreement",
    "agreement_timer",
    "app_access",
    "app_key",
    "application",
    "audit_anchor",
    "calendar_day",
    "document",
    "exit_",
    "exit_receipt",
    "link",
    "listing",
    "membership",
    "metadata",
    "notice",
    "obligation",
    "outage",
    "person",
    "person_key",
    "profile_change",
    "provider",
    "qualification",
    "qualification_request",
    "qualification_step",
    "restriction",
    "signature",
    "subscription",
    "told_standing",
    "trait",
]
