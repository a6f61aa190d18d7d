"""Writes notices in the caller's transaction: once per recipient and key, with one delivery for each channel."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.ids import new_id
from shared.notices.notice import Notice

if TYPE_CHECKING:
    from shared.db.transaction import Transaction

# A channel that is off at this moment leaves a row too: the inbox can say why nothing was sent.
_WRITE = """
WITH written AS (
    INSERT INTO notice (notice_id, recipient, kind, key, title_zh, body_zh, title_en, body_en, link, created_at)
    SELECT g.notice_id, g.recipient, g.kind, g.key, g.title_zh, g.body_zh, g.title_en, g.body_en, g.link, $10
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::text[]) WITH ORDINALITY
         AS g (notice_id, recipient, kind, key, title_zh, body_zh, title_en, body_en, link, number)
    ORDER BY g.number
    ON CONFLICT (recipient, key) DO NOTHING
    RETURNING notice_id, recipient
), planned AS (
    INSERT INTO notice_delivery
        (delivery_id, notice_id, recipient, channel, state, attempts, asked_at, due_at, settled_at, last_error)
    SELECT gen_random_uuid(), w.notice_id, w.recipient, c.channel, CASE WHEN c.is_on THEN 'pending' ELSE 'off' END,
           0, $10, $10, CASE WHEN c.is_on THEN NULL ELSE $10 END, ''
    FROM written w
    LEFT JOIN notice_channels k ON k.recipient = w.recipient
    CROSS JOIN LATERAL (VALUES
        ('webhook', coalesce(k.webhook_url <> '' AND k.secret IS NOT NULL, false)),
        ('e_mail', coalesce(k.e_mail, false))) AS c (channel, is_on)
    ORDER BY w.notice_id, c.channel
)
SELECT count(*) FROM written
"""


async def notify(tx: "Transaction", notice: Notice) -> bool:
    """Whether it was written now; False when this recipient was told under this key before."""
    return await notify_all(tx, [notice]) == 1


async def notify_all(tx: "Transaction", notices: Sequence[Notice]) -> int:
    """All of them with one statement, in their order; how many were written now."""
    if not notices:
        return 0
    written: int = await tx.driver.fetchval(
        _WRITE,
        [new_id() for _ in notices],
        [notice.recipient for notice in notices],
        [notice.kind for notice in notices],
        [notice.key for notice in notices],
        [notice.zh.title for notice in notices],
        [notice.zh.body for notice in notices],
        [notice.en.title for notice in notices],
        [notice.en.body for notice in notices],
        [notice.link for notice in notices],
        tx.now,
    )
    return written
