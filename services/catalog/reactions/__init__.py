"""What moves the catalog from outside."""

from services.catalog.reactions import provider_standing_changed, restriction_changed
from shared.contracts.enforcement import RestrictionChanged
from shared.contracts.registry import ProviderStandingChanged
from shared.messaging.reaction import Reaction, on

REACTIONS: list[Reaction] = [
    on(ProviderStandingChanged, provider_standing_changed.keep_standing),
    on(RestrictionChanged, restriction_changed.keep_restriction),
]
