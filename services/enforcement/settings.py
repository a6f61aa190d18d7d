"""The knobs of enforcement: none of its own yet."""

from shared.settings import ServiceSettings


class EnforcementSettings(ServiceSettings):
    """What every service has."""
