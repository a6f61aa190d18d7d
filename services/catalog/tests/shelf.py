"""Puts listings on the market as if they had gone the whole way, for tests of what the storefront reads."""

from typing import Any
from uuid import UUID

from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.listing import Listing
from services.catalog.domain.version import VersionState
from services.catalog.tests.builders import a_content, a_listing, a_version
from services.catalog.use_cases.offers import restate_offer
from shared.contracts.catalog import ListingKind
from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.db.transaction import Database
from shared.ids import new_id
from shared.messaging.reaction import Received


async def on_sale(db: Database, seller: Any, name: str, *, listing_id: UUID | None = None, **content: Any) -> Listing:
    """A live service of the seller, with its offer written."""
    async with db.transaction() as tx:
        written = a_content(name=name, **{"logo": "", "summary": "", "details": "", "functions": (), **content})
        listing = a_listing(
            listing_id=listing_id or new_id(),
            provider_id=seller.provider_id, account_id=seller.account_id, kind=ListingKind.SERVICE,
            category=written.category, lifecycle=Lifecycle.LIVE, live_number=1, first_published_at=tx.now,
            published_at=tx.now,
        )  # fmt: skip
        tx.session.add(listing)
        await tx.session.flush()
        version = a_version(listing, VersionState.LIVE, content=written)
        tx.session.add(version)
        await tx.session.flush()
        await restate_offer(tx, listing, version)
        return listing


async def tell(db: Database, keep: Any, *events: Event, sequence: int = 1) -> None:
    """Lets a replica hear facts of another service."""
    received = [
        Received(event, Envelope(new_id(), event.wire.name, event.wire.owner, db.clock(), event.key, sequence, "story"))
        for event in events
    ]
    async with db.transaction() as tx:
        await keep(tx, received)
