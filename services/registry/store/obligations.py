"""What other services say of a provider's open business, its users, and its services being away: kept, and asked."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from services.registry.domain.obligation import Obligation, ObligationKind, Open
from shared.contracts.event import Event
from shared.contracts.monitoring import OutageState
from shared.contracts.orders import SubscriptionState
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received

E = TypeVar("E", bound=Event)
SHOWN = 20


async def keep_obligations(tx: Transaction, received: Sequence[Received[E]], means: Callable[[E], Obligation]) -> None:
    """What each thing means for its provider, as its newest fact says it."""
    meant = [(item.envelope.sequence, means(item.event)) for item in _in_order(received)]
    newest = {obligation.key: (sequence, obligation) for sequence, obligation in meant}
    keys = sorted(newest)
    await tx.driver.execute(
        """
        INSERT INTO obligation AS o (key, sequence, provider_id, kinds)
        SELECT key, sequence, provider_id, string_to_array(kinds, ' ')
        FROM unnest($1::text[], $2::bigint[], $3::uuid[], $4::text[]) AS n (key, sequence, provider_id, kinds)
        ON CONFLICT (key) DO UPDATE
        SET sequence = excluded.sequence, provider_id = excluded.provider_id, kinds = excluded.kinds
        WHERE o.sequence < excluded.sequence
        """,
        keys,
        [newest[key][0] for key in keys],
        [newest[key][1].provider_id for key in keys],
        [" ".join(sorted(newest[key][1].kinds)) for key in keys],
    )


async def open_obligations(tx: Transaction, provider_id: UUID) -> tuple[Open, ...]:
    """All that is open, kind by kind, in the order of the kinds."""
    rows = await tx.driver.fetch(
        """
        SELECT kind, count(*) AS many,
               (array_agg(split_part(key, ':', 2) ORDER BY key))[1:$2] AS ids
        FROM obligation, unnest(kinds) AS kind WHERE provider_id = $1 AND kinds <> '{}'::text[]
        GROUP BY kind
        """,
        provider_id,
        SHOWN,
    )
    found = {row["kind"]: Open(ObligationKind(row["kind"]), row["many"], tuple(row["ids"])) for row in rows}
    return tuple(found[kind] for kind in ObligationKind if kind in found)


async def keep_subscriptions(tx: Transaction, received: Sequence[Received[Any]]) -> None:
    newest: dict[UUID, Received[SubscriptionState]] = {item.event.subscription_id: item for item in _in_order(received)}
    kept = [newest[key] for key in sorted(newest)]
    await tx.driver.execute(
        """
        INSERT INTO subscription AS s
            (subscription_id, sequence, provider_id, listing_id, merchant_id, status, ends_at)
        SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::text[], $6::text[],
                             $7::timestamptz[])
        ON CONFLICT (subscription_id) DO UPDATE
        SET sequence = excluded.sequence, status = excluded.status, ends_at = excluded.ends_at
        WHERE s.sequence < excluded.sequence
        """,
        [item.event.subscription_id for item in kept],
        [item.envelope.sequence for item in kept],
        [item.event.provider_id for item in kept],
        [item.event.listing_id for item in kept],
        [item.event.merchant_id for item in kept],
        [item.event.status.value for item in kept],
        [item.event.ends_at for item in kept],
    )


async def keep_outages(tx: Transaction, received: Sequence[Received[Any]]) -> None:
    newest: dict[UUID, Received[OutageState]] = {item.event.outage_id: item for item in _in_order(received)}
    kept = [newest[key] for key in sorted(newest)]
    await tx.driver.execute(
        """
        INSERT INTO outage AS o (outage_id, sequence, provider_id, listing_id, started_at, ended_at,
                                 merchants_affected, evidence_hash)
        SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[],
                             $7::int[], $8::text[])
        ON CONFLICT (outage_id) DO UPDATE
        SET sequence = excluded.sequence, started_at = excluded.started_at, ended_at = excluded.ended_at,
            merchants_affected = excluded.merchants_affected, evidence_hash = excluded.evidence_hash
        WHERE o.sequence < excluded.sequence
        """,
        [item.event.outage_id for item in kept],
        [item.envelope.sequence for item in kept],
        [item.event.provider_id for item in kept],
        [item.event.listing_id for item in kept],
        [item.event.started_at for item in kept],
        [item.event.ended_at for item in kept],
        [item.event.merchants_affected for item in kept],
        [item.event.evidence_hash for item in kept],
    )


def _in_order(received: Sequence[Received[E]]) -> list[Received[E]]:
    return sorted(received, key=lambda item: item.envelope.sequence)
