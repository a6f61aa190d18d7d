"""The HTTP shapes of the storefront: what it may ask for, and answers put together from parts that lie ready."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

from services.catalog.domain.storefront import Filters, Sort
from services.catalog.queries import facets as counting
from services.catalog.queries.pages import upcoming
from services.catalog.schemas.listings import PlanItem
from shared.contracts.catalog import ListingKind
from shared.http.fields import Slug
from shared.http.pagination import PageParameters

Typed = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\x00]*$")]
_Fen = Annotated[int, Field(ge=0, le=10_000_000_000)]


class FilterRequest(BaseModel):
    """Every filter narrows. Prices are of the cheapest plan, in fen; `category` includes everything below it."""

    q: Typed = Field("", description="Chinese or English; the last Latin word may be its beginning.")
    category: Slug | None = None
    kind: ListingKind | None = None
    price_min: _Fen | None = None
    price_max: _Fen | None = None
    trial: bool | None = Field(None, description="Whether a plan can be tried free of charge.")
    rating_min: float | None = Field(None, ge=1, le=5, allow_inf_nan=False)
    availability_min: float | None = Field(None, ge=0, le=1, allow_inf_nan=False)

    @field_validator("price_max")
    @classmethod
    def _is_a_range(cls, most: int | None, info: ValidationInfo) -> int | None:
        least = info.data.get("price_min")
        if most is not None and least is not None and most < least:
            raise ValueError("must not be less than price_min")
        return most

    def filters(self, categories: tuple[str, ...] | None) -> Filters:
        return Filters(
            self.q, categories, self.kind, self.price_min, self.price_max, self.trial, self.rating_min,
            self.availability_min,
        )  # fmt: skip


class SearchRequest(FilterRequest, PageParameters):
    sort: Sort = Field(Sort.RELEVANCE, description="Relevance without words is the same as newest.")


class SuggestionsRequest(BaseModel):
    q: Typed


class OfferItem(BaseModel):
    listing_id: UUID
    provider_id: UUID
    provider_name: str
    kind: ListingKind
    category: str
    name: str
    summary: str
    logo: str = Field(description="The address (SHA-256) of an image; empty when there is none.")
    plans: list[PlanItem]
    published_at: datetime
    rating: float | None = Field(description="The mean of its buyers' ratings, 1 to 5; null without any.")
    rating_count: int
    availability: float | None = Field(description="0 to 1, as last measured; null when it was not.")


class BadgeItem(BaseModel):
    """The measured availability: the share of the measured time in [from, until) in which it answered."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)
    from_: datetime = Field(alias="from")
    until: datetime
    availability: float
    measured_at: datetime


class MaintenanceItem(BaseModel):
    maintenance_id: UUID
    starts_at: datetime
    ends_at: datetime
    reason: str


class OfferPage(OfferItem):
    """The page of one listing. `details` is sanitised HTML, everything else plain text."""

    details: str
    screenshots: list[str]
    functions: list[str]
    scopes: list[str]
    help_url: str
    support_url: str
    updated_at: datetime
    badge: BadgeItem | None = Field(description="Null when nobody measured yet, or measuring is suspended.")
    maintenances: list[MaintenanceItem] = Field(description="Announced and not over, the next one first.")
    can_be_ordered: bool
    can_be_renewed: bool


class SuggestionItem(BaseModel):
    listing_id: UUID
    name: str


class SuggestionsResponse(BaseModel):
    items: list[SuggestionItem]


class CountItem(BaseModel):
    value: str
    count: int


class BandItem(BaseModel):
    """From `from` until before `until`; null is without an end, both null what has no value."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)
    from_: float | None = Field(alias="from")
    until: float | None
    count: int


class FacetsResponse(BaseModel):
    """How many listings lie where, of the newest that fit; `complete` says whether `counted` is all of them."""

    counted: int
    complete: bool
    categories: list[CountItem]
    kinds: list[CountItem]
    trial: int
    prices: list[BandItem] = Field(description="Of the cheapest plan, in fen.")
    ratings: list[BandItem]
    availabilities: list[BandItem]

    @classmethod
    def of(cls, found: counting.Facets) -> Self:
        counts = found.counts
        return cls(
            counted=found.counted,
            complete=found.complete,
            categories=_values(counts["category"]),
            kinds=_values(counts["kind"]),
            trial=counts["trial"].get(True, 0),
            prices=_bands(counts["price"], (0.0, *counting.PRICE_EDGES)),
            ratings=_bands(counts["rating"], (None, *counting.RATING_EDGES)),
            availabilities=_bands(counts["availability"], (None, *counting.AVAILABILITY_EDGES)),
        )


def items_json(rows: Sequence[Any], following: str | None) -> bytes:
    """A page of offers, without parsing what lies ready as JSON."""
    return f'{{"items":[{",".join(_item(row) for row in rows)}],"next":{json.dumps(following)}}}'.encode()


def page_json(row: Any) -> bytes:
    coming = upcoming(row["maintenances"], row["now"])
    availability = json.loads(row["badge"])["availability"] if row["badge"] else None
    return (
        f'{{{row["page"]},{_measured(row, availability)},"badge":{row["badge"] or "null"},'
        f'"maintenances":{json.dumps(coming, ensure_ascii=False) if coming else "[]"},'
        f'"can_be_ordered":{_bool(row["orderable"])},"can_be_renewed":{_bool(row["renewable"])}}}'
    ).encode()


def _item(row: Any) -> str:
    measured = row["availability"]
    return f"{{{row['item']},{_measured(row, measured if measured >= 0 else None)}}}"


def _measured(row: Any, availability: float | None) -> str:
    return (
        f'"provider_name":{json.dumps(row["provider_name"], ensure_ascii=False)},'
        f'"rating":{row["rating"] or "null"},"rating_count":{row["rating_count"]},'
        f'"availability":{"null" if availability is None else availability}'
    )


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _values(counts: dict[Any, int]) -> list[CountItem]:
    """The most frequent first."""
    return [
        CountItem(value=value, count=count) for value, count in sorted(counts.items(), key=lambda it: (-it[1], it[0]))
    ]


def _bands(counts: dict[Any, int], edges: Sequence[float | None]) -> list[BandItem]:
    """Only bands that hold something; the first edge is None where the first band is that of no value."""
    return [
        BandItem(
            from_=edges[at],
            until=edges[at + 1] if at + 1 < len(edges) and edges[at] is not None else None,
            count=count,
        )
        for at, count in sorted(counts.items())
    ]
