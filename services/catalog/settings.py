"""The catalog's own knobs: none yet beyond what every service has."""

from shared.settings import ServiceSettings


class CatalogSettings(ServiceSettings):
    http_port: int = 8102
