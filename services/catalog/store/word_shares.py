"""Which lexemes are common on the market: what the database itself counted when it last analysed the offers."""

from time import monotonic

from services.catalog.domain.lexemes import Shares
from shared.db.transaction import Transaction

_FRESH_SECONDS = 300.0
_COUNTED = """
SELECT s.most_common_elems::text::text[] AS lexemes, s.most_common_elem_freqs AS shares, c.reltuples::bigint AS total
FROM pg_stats s JOIN pg_class c ON c.oid = 'offer'::regclass
WHERE s.schemaname = current_schema() AND s.tablename = 'offer' AND s.attname = 'words'
"""


class WordShares:
    """One per process. It decides only by which way an answer is found, never what is found."""

    def __init__(self) -> None:
        self._read_at = float("-inf")
        self._shares = Shares()

    async def now(self, tx: Transaction) -> Shares:
        """At most some minutes old."""
        if monotonic() - self._read_at > _FRESH_SECONDS:
            self._read_at = monotonic()
            row = await tx.driver.fetchrow(_COUNTED)
            # The last figures of the row are no lexeme's: the least and the greatest share, and that of nulls.
            if row is not None:
                known = zip(row["lexemes"] or (), row["shares"] or (), strict=False)
                self._shares = Shares(dict(known), row["total"])
        return self._shares

    def forget(self) -> None:
        self._read_at = float("-inf")


word_shares = WordShares()
