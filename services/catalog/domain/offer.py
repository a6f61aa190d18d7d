"""A published listing as the storefront shows it: made when something changes, so that reading only looks it up."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.catalog.domain.content import Content
from services.catalog.domain.effective import Circumstances, Span, spans
from services.catalog.domain.search import lexemes
from services.catalog.domain.storefront import filter_lexemes
from shared.contracts.catalog import ListingKind
from shared.contracts.effects import Effect

FORM = 2
"""How offers are written. With a higher number every offer is written anew, by the clock."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """All instants at which the listing is not shown, not ordered, not renewed."""

    hidden: tuple[Span, ...]
    unorderable: tuple[Span, ...]
    unrenewable: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """`item` and `page` are the parts of the answers that only a new version changes, as JSON without braces."""

    listing_id: UUID
    provider_id: UUID
    provider_name: str
    kind: ListingKind
    category: str
    name: str
    lexemes: list[str]
    least_price_fen: int | None
    has_trial: bool
    first_published_at: datetime
    published_at: datetime
    item: str
    page: str
    blocks: Blocks


def blocks(circumstances: Circumstances) -> Blocks:
    """What the effective state says along the whole of time, so that lapsing needs no message."""
    return Blocks(*(spans(circumstances, effect) for effect in (Effect.LIST, Effect.ORDER, Effect.RENEW)))


def offer_of(
    listing_id: UUID,
    provider_id: UUID,
    kind: ListingKind,
    content: Content,
    published: tuple[datetime, datetime],
    circumstances: Circumstances,
) -> Offer:
    """`published` are the instants at which the listing went live first and last."""
    seller = circumstances.seller
    has_trial = any(plan.trial_days for plan in content.plans)
    least = min((plan.price_fen for plan in content.plans), default=None)
    item = {
        "listing_id": str(listing_id),
        "provider_id": str(provider_id),
        "kind": kind.value,
        "category": circumstances.category,
        "name": content.name,
        "summary": content.summary,
        "logo": content.logo,
        "plans": [plan.model_dump(mode="json") for plan in content.plans],
        "published_at": _told(published[0]),
    }
    page = item | {
        "details": content.details,
        "screenshots": content.screenshots,
        "functions": content.functions,
        "scopes": content.scopes,
        "help_url": content.help_url,
        "support_url": content.support_url,
        "updated_at": _told(published[1]),
    }
    return Offer(
        listing_id,
        provider_id,
        seller.legal_name if seller else "",
        kind,
        circumstances.category,
        content.name,
        lexemes(
            content.name,
            (content.summary, *content.functions),
            content.details,
            filter_lexemes(circumstances.category, kind, has_trial, least),
        ),
        least,
        has_trial,
        *published,
        _members(item),
        _members(page),
        blocks(circumstances),
    )


def _members(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))[1:-1]


def _told(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
