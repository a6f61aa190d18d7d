"""The tables of enforcement, and the mapping of its domain classes onto them."""

from services.enforcement.tables.cases import case_file, decision, report, rulebook, timer, unmatched_finding
from services.enforcement.tables.mapping import mapper
from services.enforcement.tables.metadata import metadata
from services.enforcement.tables.penalties import appeal, penalty, restriction, violation
from services.enforcement.tables.replicas import account_group, audit_anchor, listing, outage, provider

__all__ = [
    "account_group",
    "appeal",
    "audit_anchor",
    "case_file",
    "decision",
    "listing",
    "mapper",
    "metadata",
    "outage",
    "penalty",
    "provider",
    "report",
    "restriction",
    "rulebook",
    "timer",
    "unmatched_finding",
    "violation",
]
