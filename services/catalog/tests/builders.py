"""Builds what the catalog's tests need: defaults, and what varies."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.catalog import store
from services.catalog.domain.content import Content
from services.catalog.domain.effective import Circumstances, Lifecycle
from services.catalog.domain.image import KeptImage
from services.catalog.domain.listing import Listing
from services.catalog.domain.review import Decision, Review
from services.catalog.domain.risk import Lane
from services.catalog.domain.version import WAITING, ListingVersion, Verdict, VersionState
from services.catalog.reactions.provider_standing_changed import keep_standing
from services.catalog.reactions.restriction_changed import keep_restriction
from services.catalog.seed import seed_categories, seed_lexicons
from services.catalog.use_cases import listings, reviews
from shared.contracts.catalog import ListingKind, Plan
from shared.contracts.effects import Cause, Effect, Target
from shared.contracts.enforcement import RestrictionChanged
from shared.contracts.envelope import Envelope
from shared.contracts.registry import Hold, ProviderStandingChanged, Qualified, Standing
from shared.db.transaction import Database
from shared.ids import new_id
from shared.messaging.reaction import Received

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
MONTHLY = Plan(plan_id="monthly", title="月付版", period_days=30, price_fen=9900)
LOGO = "1060" * 16
CLEAN = Content(
    category="order-processing",
    name="快打单",
    summary="批量打印快递单，自动合并订单。",
    details="支持批量打印快递单与发货单，自动合并同一买家的订单，物流异常及时提醒。\n使用说明：安装授权后即可使用，并附有图文教程。",
    callback_url="https://app.example.com/callback",
    support_url="https://app.example.com/support",
    plans=(MONTHLY,),
    logo=LOGO,
    help_url="https://app.example.com/help",
    functions=("批量打印快递单", "自动合并订单"),
    scopes=("order.read",),
)


def a_content(**values: Any) -> Content:
    return replace(CLEAN, **values)


def another_content(number: int, **values: Any) -> Content:
    """Its texts have nothing in common with those of another number, so that no listing looks like a copy."""
    signs = "".join(chr(0x4E00 + (number * 613 + index * 37) % 5000) for index in range(80))
    texts = {"name": signs[:6], "summary": f"{signs[6:20]}。", "details": f"{signs[20:]}，功能与使用教程。"}
    return a_content(**{**texts, **values})


def a_listing(**values: Any) -> Listing:
    defaults: dict[str, Any] = {
        "listing_id": new_id(),
        "provider_id": new_id(),
        "account_id": "shop",
        "kind": ListingKind.APPLICATION,
        "created_at": NOW,
    }
    return Listing(**{**defaults, **values})


def a_version(listing: Listing, state: VersionState = VersionState.DRAFT, **values: Any) -> ListingVersion:
    defaults: dict[str, Any] = {"number": listing.newest_number, "content": CLEAN, "created_at": NOW}
    return ListingVersion(listing.listing_id, state=state, **{**defaults, **values})


def a_review(**values: Any) -> Review:
    defaults: dict[str, Any] = {
        "review_id": new_id(),
        "listing_id": new_id(),
        "number": 1,
        "provider_id": new_id(),
        "account_id": "shop",
        "category": "order-processing",
        "lane": Lane.HEAVY,
        "risk": 25,
        "reasons": (),
        "marks": (),
        "needs_second": False,
        "opened_at": NOW,
        "due_business_days": 3,
        "due_at": NOW + timedelta(days=3),
        "due_is_provisional": False,
    }
    return Review(**{**defaults, **values})


def a_verdict(by: str = "reviewer-1", **values: Any) -> Verdict:
    return Verdict(**{"by": by, "at": NOW, "reason": "seen", "clauses": ("4.3.2",), **values})


def a_seller(provider_id: UUID | None = None, **values: Any) -> ProviderStandingChanged:
    defaults: dict[str, Any] = {
        "provider_id": provider_id or new_id(),
        "account_id": "shop",
        "legal_name": "杭州示例科技有限公司",
        "standing": Standing.ADMITTED,
        "blocked": frozenset(),
        "categories": frozenset(),
    }
    return ProviderStandingChanged(**{**defaults, **values})


def an_applicant(**values: Any) -> ProviderStandingChanged:
    hold = Hold(
        effects=frozenset({Effect.LIST, Effect.ORDER, Effect.RENEW, Effect.PUBLISH}), clause="3.1", reason="applied"
    )
    return a_seller(standing=Standing.APPLIED, blocked=hold.effects, holds=(hold,), **values)


def a_cause(*effects: Effect, **values: Any) -> Cause:
    defaults: dict[str, Any] = {
        "penalty_id": new_id(),
        "decision_id": new_id(),
        "measure": "freeze",
        "clause": "6.3.2(4)",
        "effects": frozenset(effects),
        "from_": NOW - timedelta(days=1),
    }
    return Cause(**{**defaults, **values})


def a_restriction(target: Target, *causes: Cause) -> RestrictionChanged:
    return RestrictionChanged(target_key=target.key, target=target, causes=causes)


def some_circumstances(**values: Any) -> Circumstances:
    defaults: dict[str, Any] = {
        "lifecycle": Lifecycle.LIVE,
        "category": "order-processing",
        "requires_qualification": False,
        "seller": a_seller(),
        "restrictions": (),
    }
    return Circumstances(**{**defaults, **values})


def qualified_for(category: str, until: datetime | None = None) -> dict[str, Any]:
    return {
        "categories": frozenset({category}),
        "qualifications": (Qualified(category=category, expires_at=until),),
    }


async def a_market(db: Database, *sellers: ProviderStandingChanged) -> list[ProviderStandingChanged]:
    """Categories and sellers, as the catalog knows them after the first minutes."""
    known = list(sellers) or [a_seller()]
    async with db.transaction() as tx:
        await seed_categories(tx)
        await seed_lexicons(tx)
    await tell_standing(db, *known)
    for account_id in {seller.account_id for seller in known}:
        await an_image(db, account_id)
    return known


async def an_image(db: Database, account_id: str = "shop", **values: Any) -> KeptImage:
    """An image of the account as it was measured; its file is in no store."""
    image = a_kept_image(account_id=account_id, **values)
    async with db.transaction() as tx:
        return await store.keep_image(tx, image)


def a_kept_image(**values: Any) -> KeptImage:
    defaults: dict[str, Any] = {
        "sha256": LOGO,
        "account_id": "shop",
        "media_type": "image/png",
        "width": 256,
        "height": 256,
        "size": 1_000,
        "codes": (),
        "perceptual": 0,
        "created_at": NOW,
    }
    return KeptImage(**{**defaults, **values})


async def tell_standing(db: Database, *standings: ProviderStandingChanged, sequence: int = 1) -> None:
    received = [
        Received(s, Envelope(new_id(), "provider.standing_changed", "registry", NOW, s.key, sequence, "story"))
        for s in standings
    ]
    async with db.transaction() as tx:
        await keep_standing(tx, received)


async def restrict(db: Database, target: Target, *causes: Cause, sequence: int = 1) -> None:
    envelope = Envelope(new_id(), "restriction.changed", "enforcement", NOW, target.key, sequence, "story")
    async with db.transaction() as tx:
        await keep_restriction(tx, [Received(a_restriction(target, *causes), envelope)])


async def a_draft(
    db: Database, account_id: str = "shop", content: Content = CLEAN, kind: ListingKind = ListingKind.APPLICATION
) -> Listing:
    async with db.transaction() as tx:
        return (await listings.create_listing(tx, account_id, kind, content))[0]


async def a_submitted(db: Database, **values: Any) -> Listing:
    listing = await a_draft(db, **values)
    async with db.transaction() as tx:
        return (await listings.submit_listing(tx, listing.listing_id, listing.account_id))[0]


async def approve(db: Database, listing: Listing, by: str = "reviewer-1") -> Listing:
    """By a second person too when the version is of high risk."""
    for reviewer in (by, f"{by}-second"):
        async with db.transaction() as tx:
            listing, version = await reviews.decide_review(
                tx, listing.listing_id, listing.version, reviewer, Decision.APPROVE, "complete", ()
            )
        if version.state not in WAITING:
            break
    return listing


async def a_live(db: Database, **values: Any) -> Listing:
    return await approve(db, await a_submitted(db, **values))


async def told(db: Database) -> list[tuple[str, str]]:
    """(type, payload) of every fact in the outbox, in order."""
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT type, payload FROM outbox ORDER BY position")
        return [(row["type"], row["payload"]) for row in rows]
