"""The registry's own knobs."""

from shared.blobs import BlobSettings
from shared.personal.settings import PersonalDataSettings


class RegistrySettings(PersonalDataSettings, BlobSettings):
    http_port: int = 8101
