"""Seals what is about a person under that person's own key. Destroying the key is the erasure."""

import hashlib
import hmac
import os
from typing import Self
from uuid import UUID

from shared.db.transaction import Transaction
from shared.errors import Conflict
from shared.personal.keys import KEY_BYTES, WrappingKeys, decoded, seal, unseal
from shared.personal.settings import PersonalDataSettings


class Erased(Conflict):
    code = "personal-data-erased"
    title = "The personal data was erased"
    title_zh = "个人信息已删除"


class Vault:
    """No key is cached: after an erasure no process can open anything any more."""

    def __init__(self, keys: WrappingKeys, index_key: bytes) -> None:
        self.keys = keys
        self._index_key = index_key

    @classmethod
    def of(cls, settings: PersonalDataSettings) -> Self:
        return cls(
            WrappingKeys.parse(settings.personal_keys.get_secret_value()),
            decoded(settings.blind_index_key.get_secret_value(), "BLIND_INDEX_KEY"),
        )

    @classmethod
    def before(cls, settings: PersonalDataSettings) -> Self:
        """With the blind-index key that `BLIND_INDEX_KEY` replaces."""
        return cls(
            WrappingKeys.parse(settings.personal_keys.get_secret_value()),
            decoded(settings.blind_index_key_before.get_secret_value(), "BLIND_INDEX_KEY_BEFORE"),
        )

    async def seal(self, tx: Transaction, person_id: UUID, text: str) -> bytes:
        return await self.seal_bytes(tx, person_id, text.encode())

    async def unseal(self, tx: Transaction, person_id: UUID, sealed: bytes) -> str:
        return (await self.unseal_bytes(tx, person_id, sealed)).decode()

    async def seal_bytes(self, tx: Transaction, person_id: UUID, data: bytes) -> bytes:
        return seal(await self._key(tx, person_id, create=True), person_id.bytes, data)

    async def unseal_bytes(self, tx: Transaction, person_id: UUID, sealed: bytes) -> bytes:
        return unseal(await self._key(tx, person_id, create=False), person_id.bytes, sealed)

    def index(self, kind: str, text: str) -> bytes:
        """A blind index: equal texts of one kind, and only they, have equal digests. 32 bytes."""
        return hmac.new(self._index_key, f"{kind}\x00{text}".encode(), hashlib.sha256).digest()

    async def refuse_erased(self, tx: Transaction, person_id: UUID) -> None:
        """Before anything of this person is fetched. The key stays locked against an erasure until the end."""
        await self._key(tx, person_id, create=False)

    async def erase(self, tx: Transaction, person_id: UUID) -> bool:
        """Destroys the person's key; whatever was sealed under it is gone everywhere. False when there was none."""
        return bool(
            await tx.driver.fetchval(
                "UPDATE person_key SET wrapped = NULL, destroyed_at = $2"
                " WHERE person_id = $1 AND wrapped IS NOT NULL RETURNING true",
                person_id,
                tx.now,
            )
        )

    async def _key(self, tx: Transaction, person_id: UUID, *, create: bool) -> bytes:
        """The person's key; the row stays locked against an erasure until the transaction ends."""
        if create:
            key = os.urandom(KEY_BYTES)
            await tx.driver.execute(
                "INSERT INTO person_key (person_id, key_id, wrapped, created_at) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT DO NOTHING",
                person_id, self.keys.current, self.keys.wrap(person_id, key), tx.now,
            )  # fmt: skip
        row = await tx.driver.fetchrow(
            "SELECT key_id, wrapped FROM person_key WHERE person_id = $1 FOR SHARE", person_id
        )
        if row is None or row["wrapped"] is None:
            raise Erased("The data about this person was erased")
        return self.keys.unwrap(row["key_id"], person_id, row["wrapped"])
