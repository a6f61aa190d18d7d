"""What monitoring keeps of other services' aggregates: what is offered, and who is subscribed to it."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from services.monitoring.domain.timeline import FOREVER, State, milliseconds
from shared.contracts.catalog import ListingLifecycle, ListingPublished, ListingState
from shared.contracts.orders import SubscriptionState
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received

E = TypeVar("E", bound=Any)

# A new publication starts a new story; a listing that is only told again keeps the story it has.
_FOLLOW = """
INSERT INTO target AS t (listing_id, sequence, provider_id, category, listing_kind, url, is_retired, correlation_id,
                         followed_at, availability_due_at, state, since_ms, held_until_ms)
SELECT n.*, $9, $9, $10, $11, $12
FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bool[], $8::text[]) AS n
ON CONFLICT (listing_id) DO UPDATE SET
    sequence = excluded.sequence, provider_id = excluded.provider_id, category = excluded.category,
    listing_kind = excluded.listing_kind, url = excluded.url, is_retired = excluded.is_retired,
    correlation_id = CASE WHEN $13::bool THEN excluded.correlation_id ELSE t.correlation_id END
WHERE t.sequence < excluded.sequence
RETURNING listing_id
"""


async def follow_listings(tx: Transaction, received: Sequence[Received[Any]]) -> list[UUID]:
    """Probes what is offered, at the address of its newest live version; returns the targets that changed."""
    listings: list[Received[ListingState]] = _newest(received)
    rows = await tx.driver.fetch(
        _FOLLOW,
        [item.event.listing_id for item in listings],
        [item.envelope.sequence for item in listings],
        [item.event.provider_id for item in listings],
        [item.event.category for item in listings],
        [item.event.kind for item in listings],
        [item.event.callback_url for item in listings],
        [item.event.lifecycle is ListingLifecycle.RETIRED for item in listings],
        [item.envelope.correlation_id for item in listings],
        tx.now,
        State.UNKNOWN,
        milliseconds(tx.now),
        FOREVER,
        isinstance(received[0].event, ListingPublished),
    )
    return [row["listing_id"] for row in rows]


async def keep_subscriptions(tx: Transaction, received: Sequence[Received[Any]]) -> None:
    kept: list[Received[SubscriptionState]] = _newest(received)
    await tx.driver.execute(
        """
        INSERT INTO subscription AS s (subscription_id, sequence, merchant_id, listing_id, status, starts_at, ends_at)
        SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::text[], $6::timestamptz[],
                             $7::timestamptz[])
        ON CONFLICT (subscription_id) DO UPDATE SET
            sequence = excluded.sequence, merchant_id = excluded.merchant_id, listing_id = excluded.listing_id,
            status = excluded.status, starts_at = excluded.starts_at, ends_at = excluded.ends_at
        WHERE s.sequence < excluded.sequence
        """,
        [item.event.subscription_id for item in kept],
        [item.envelope.sequence for item in kept],
        [item.event.merchant_id for item in kept],
        [item.event.listing_id for item in kept],
        [item.event.status for item in kept],
        [item.event.starts_at for item in kept],
        [item.event.ends_at for item in kept],
    )


def _newest(received: Sequence[Received[E]]) -> list[Received[E]]:
    """The newest state of each key, in the order of keys, so that two writers lock rows alike."""
    newest: dict[str, Received[E]] = {}
    for item in sorted(received, key=lambda item: item.envelope.sequence):
        newest[item.event.key] = item
    return [newest[key] for key in sorted(newest)]
