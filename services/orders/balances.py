"""How providers' balances are summed up from the ledger's postings, and read."""

from datetime import datetime
from uuid import UUID

from shared.db.transaction import Transaction


async def sum_up(tx: Transaction, limit: int) -> tuple[int, list[tuple[UUID, int]]]:
    """Takes up to `limit` postings into the balances; returns how many, and the balances that they changed."""
    rows = await tx.driver.fetch(
        """
        WITH taken AS (
            DELETE FROM balance_change WHERE (entry_id, provider_id) IN (
                SELECT entry_id, provider_id FROM balance_change ORDER BY entry_id LIMIT $2 FOR UPDATE SKIP LOCKED)
            RETURNING provider_id, amount_fen
        ), added AS (
            SELECT provider_id, sum(amount_fen)::bigint AS amount_fen, count(*) AS many FROM taken
            GROUP BY provider_id ORDER BY provider_id
        ), written AS (
            INSERT INTO balance AS b (provider_id, amount_fen, changed_at)
            SELECT provider_id, amount_fen, $1 FROM added
            ON CONFLICT (provider_id) DO UPDATE
            SET amount_fen = b.amount_fen + excluded.amount_fen, changed_at = excluded.changed_at
            RETURNING provider_id, amount_fen
        )
        SELECT w.provider_id, w.amount_fen, a.many FROM written w JOIN added a USING (provider_id)
        ORDER BY w.provider_id
        """,
        tx.now,
        limit,
    )
    return sum(row["many"] for row in rows), [(row["provider_id"], row["amount_fen"]) for row in rows]


async def balances_after(tx: Transaction, after: str, limit: int) -> list[tuple[UUID, int, datetime]]:
    """In the order of the providers' ids, locked, so that no change slips between reading a state and telling it."""
    rows = await tx.driver.fetch(
        """
        SELECT provider_id, amount_fen, changed_at FROM balance WHERE $1::uuid IS NULL OR provider_id > $1
        ORDER BY provider_id LIMIT $2 FOR UPDATE
        """,
        UUID(after) if after else None,
        limit,
    )
    return [(row["provider_id"], row["amount_fen"], row["changed_at"]) for row in rows]
