"""What moves the registry from outside."""

from services.registry.reactions import audit_sealed, restriction_changed
from shared.contracts.audit import AuditSealed
from shared.contracts.enforcement import RestrictionChanged
from shared.messaging.reaction import Reaction, on, on_each

REACTIONS: list[Reaction] = [
    on(RestrictionChanged, restriction_changed.keep_restriction),
    on_each(AuditSealed, audit_sealed.keep_anchor),
]
