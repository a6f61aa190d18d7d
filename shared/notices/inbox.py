"""A recipient's own notices: reading them, marking them as read, asking for another delivery."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg

from shared.errors import NotFound
from shared.notices.channels import channels_of
from shared.notices.errors import ChannelOff
from shared.notices.notice import Channel

if TYPE_CHECKING:
    from shared.db.transaction import Transaction

_READ = """
SELECT n.*, (SELECT json_agg(json_build_object('channel', d.channel, 'state', d.state, 'attempts', d.attempts,
                                               'due_at', CASE d.state WHEN 'pending' THEN d.due_at END,
                                               'settled_at', d.settled_at, 'last_error', d.last_error)
                             ORDER BY d.channel)
             FROM notice_delivery d WHERE d.notice_id = n.notice_id)::text AS deliveries
FROM notice n
"""


async def notices(
    tx: "Transaction", recipient: str, unread: bool | None, before: UUID | None, limit: int
) -> Sequence[asyncpg.Record]:
    """Newest first, from below `before`."""
    rows: Sequence[asyncpg.Record] = await tx.driver.fetch(
        f"""{_READ} WHERE n.recipient = $1 AND ($2::boolean IS NULL OR (n.read_at IS NULL) = $2)
                AND ($3::uuid IS NULL OR n.notice_id < $3)
            ORDER BY n.notice_id DESC LIMIT $4""",
        recipient,
        unread,
        before,
        limit,
    )
    return rows


async def notice(tx: "Transaction", recipient: str, notice_id: UUID) -> asyncpg.Record:
    row = await tx.driver.fetchrow(f"{_READ} WHERE n.recipient = $1 AND n.notice_id = $2", recipient, notice_id)
    if row is None:
        raise NotFound("There is no such notice in your inbox")
    return row


async def mark_read(tx: "Transaction", recipient: str, notice_id: UUID) -> None:
    """Marking it again changes nothing."""
    done = await tx.driver.execute(
        "UPDATE notice SET read_at = $3 WHERE recipient = $1 AND notice_id = $2 AND read_at IS NULL",
        recipient,
        notice_id,
        tx.now,
    )
    if done == "UPDATE 1":
        tx.record("read_notice", f"notice:{notice_id}")


async def deliver_again(tx: "Transaction", recipient: str, notice_id: UUID, channel: Channel) -> None:
    """Sends it once more under the same id, with all attempts anew. One that waits anyway is left as it is."""
    await notice(tx, recipient, notice_id)
    channels = await channels_of(tx, recipient)
    if not (channels.webhook_is_on if channel is Channel.WEBHOOK else channels.e_mail):
        raise ChannelOff(f"Your {channel} channel is off; switch it on first.", channel=channel)
    done = await tx.driver.execute(
        "UPDATE notice_delivery SET state = 'pending', attempts = 0, asked_at = $3, due_at = $3, claimed_until = NULL, "
        "settled_at = NULL, last_error = '' WHERE notice_id = $1 AND channel = $2 AND state <> 'pending'",
        notice_id,
        channel,
        tx.now,
    )
    if done == "UPDATE 1":
        tx.record("redeliver_notice", f"notice:{notice_id}", new={"channel": channel})
