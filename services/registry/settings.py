"""The registry's own knobs: none yet beyond what every service has."""

from shared.settings import ServiceSettings


class RegistrySettings(ServiceSettings):
    http_port: int = 8101
