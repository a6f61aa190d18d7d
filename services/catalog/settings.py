"""The catalog's own knobs."""

from shared.blobs import BlobSettings
from shared.notices.settings import NoticeSettings


class CatalogSettings(NoticeSettings, BlobSettings):
    http_port: int = 8102
