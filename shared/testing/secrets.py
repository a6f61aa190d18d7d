"""The keys that tests seal personal data with, and the folder in which they keep files."""

import base64
import tempfile
from functools import cache
from pathlib import Path

PERSONAL = {
    "personal_keys": "test:" + base64.b64encode(bytes(range(32))).decode(),
    "blind_index_key": base64.b64encode(bytes(range(32, 64))).decode(),
}


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="blobs-", ignore_cleanup_errors=True)


def secret_settings() -> dict[str, str]:
    """Settings by name; a service ignores those that it does not know."""
    return PERSONAL | {"blob_url": Path(_folder().name).resolve().as_uri()}
