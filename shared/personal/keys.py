"""The keys of the settings that wrap persons' keys. Pure: bytes in, bytes out."""

import base64
import binascii
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
_KEY_ID = re.compile(r"^[A-Za-z0-9._-]{1,32}$")


class DamagedError(Exception):
    """The bytes are not what was sealed under this key for this owner."""


def seal(key: bytes, owner: bytes, data: bytes) -> bytes:
    """AES-256-GCM with a fresh nonce in front. `owner` is bound in: moved to another owner, it no longer opens."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, owner)


def unseal(key: bytes, owner: bytes, sealed: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], owner)
    except (InvalidTag, ValueError):
        raise DamagedError("the sealed bytes were changed, or belong to somebody else") from None


def decoded(text: str, name: str) -> bytes:
    """32 bytes from base64; `name` is the setting that is at fault."""
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"{name} must be {KEY_BYTES} bytes in base64")
    return key


@dataclass(frozen=True, slots=True)
class WrappingKeys:
    """`current` wraps; all of them unwrap."""

    current: str
    by_id: Mapping[str, bytes]

    @classmethod
    def parse(cls, text: str) -> Self:
        found: dict[str, bytes] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            key_id, _, key = part.partition(":")
            if not _KEY_ID.match(key_id) or key_id in found:
                raise ValueError("PERSONAL_KEYS must be id:base64 pairs, comma-separated, each id once")
            found[key_id] = decoded(key, f"the key {key_id} of PERSONAL_KEYS")
        if not found:
            raise ValueError("PERSONAL_KEYS must name at least one key: personal data is never kept in the clear")
        return cls(next(iter(found)), found)

    def wrap(self, person_id: UUID, key: bytes) -> bytes:
        return seal(self.by_id[self.current], person_id.bytes, key)

    def unwrap(self, key_id: str, person_id: UUID, wrapped: bytes) -> bytes:
        if key_id not in self.by_id:
            raise DamagedError(f"PERSONAL_KEYS lacks the key {key_id}, under which data was kept")
        return unseal(self.by_id[key_id], person_id.bytes, wrapped)
