"""The seal that every service publishes over its own audit trail."""

from datetime import datetime

from shared.contracts.event import Event


class AuditSealed(Event, wire="audit.sealed", aggregate="audit", key="service"):
    """`count` rows of the service's audit trail are chained; `head_hash` is the hex SHA-256 of the last link."""

    service: str
    count: int
    head_hash: str
    sealed_at: datetime


def keeper_of(service: str) -> str:
    """The service that keeps the seals of `service`: another one, so that no trail can be rewritten with its seals."""
    return "registry" if service == "enforcement" else "enforcement"
