"""The registry's tables, and how the domain's plain classes are mapped onto them."""

from services.registry.tables.agreements import agreement, signature
from services.registry.tables.metadata import metadata
from services.registry.tables.notices import calendar_day, notice
from services.registry.tables.providers import provider, told_standing
from services.registry.tables.qualifications import qualification
from services.registry.tables.replicas import audit_anchor, restriction

__all__ = [
    "agreement",
    "audit_anchor",
    "calendar_day",
    "metadata",
    "notice",
    "provider",
    "qualification",
    "restriction",
    "signature",
    "told_standing",
]
