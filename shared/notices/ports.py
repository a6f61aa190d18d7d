"""What a service that tells notices is asked: where a recipient gets e-mail."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.db.transaction import Transaction
    from shared.personal.vault import Vault

Addresses = Callable[["Transaction", "Vault", str], Awaitable[str | None]]
"""The e-mail address of a recipient, asked for at each delivery and never kept here; None when none is known."""


async def no_address(tx: "Transaction", vault: "Vault", recipient: str) -> str | None:
    return None
