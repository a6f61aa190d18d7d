"""Where the catalog's notices go besides the inbox and the webhook: it knows nobody's e-mail address."""

from shared.db.transaction import Transaction
from shared.personal.vault import Vault


async def no_address(tx: Transaction, vault: Vault, recipient: str) -> str | None:
    return None
