"""The HTTP shapes for providers and reviewers."""

from collections import Counter
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic.config import JsonDict

from services.catalog.domain.content import Content
from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.listing import Listing
from services.catalog.domain.rich_text import sanitise
from services.catalog.domain.screening.finding import Finding, Related, Relation, Said, Severity
from services.catalog.domain.version import ListingVersion, VersionState
from services.catalog.queries.listings import ListingView
from services.catalog.schemas.fields import Fen, PlainAddress, RichText
from shared.contracts.catalog import ListingKind, Plan
from shared.http.fields import Line, Reason, Slug

_PlanId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
_Summary = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]
_ImageAddress = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_Scope = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z0-9]+([._:-][a-z0-9]+)*$")]

_EXAMPLE: JsonDict = {
    "kind": "application",
    "category": "order-processing",
    "name": "快打单",
    "summary": "批量打印快递单，自动合并订单。",
    "details": "<h2>功能</h2><p>支持批量打印快递单与发货单，自动合并同一买家的订单，物流异常及时提醒。</p>"
    "<h2>使用说明</h2><p>授权后即可使用，附有图文教程。</p>",
    "callback_url": "https://app.example.com/callback",
    "support_url": "https://app.example.com/support",
    "plans": [{"plan_id": "monthly", "title": "月付版", "period_days": 30, "price_fen": 9900}],
    "help_url": "https://app.example.com/help",
    "functions": ["批量打印快递单", "自动合并订单"],
    "scopes": ["order.read"],
}


class PlanRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    plan_id: _PlanId
    title: Line
    period_days: Annotated[int, Field(ge=1, le=3650, strict=True)]
    price_fen: Fen
    trial_days: Annotated[int, Field(ge=0, le=90, strict=True, description="Free of charge first; 0 is no trial.")] = 0


class ListingRequest(BaseModel):
    """`details` is rich text of which only harmless markup is kept; all other texts are plain text.

    What is left empty is named by the findings and must be there on submission.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _EXAMPLE})
    kind: ListingKind
    category: Slug
    name: Line
    summary: _Summary = ""
    details: RichText = ""
    callback_url: PlainAddress = ""
    support_url: PlainAddress = ""
    plans: Annotated[list[PlanRequest], Field(max_length=20)] = []
    logo: _ImageAddress | Literal[""] = ""
    screenshots: Annotated[list[_ImageAddress], Field(max_length=10)] = []
    help_url: PlainAddress = ""
    functions: Annotated[list[Line], Field(max_length=50)] = []
    scopes: Annotated[list[_Scope], Field(max_length=50)] = []

    @field_validator("plans")
    @classmethod
    def _plan_ids_are_distinct(cls, plans: list[PlanRequest]) -> list[PlanRequest]:
        repeated = [plan_id for plan_id, times in Counter(plan.plan_id for plan in plans).items() if times > 1]
        if repeated:
            raise ValueError(f"plan_id {repeated[0]!r} is used more than once")
        return plans

    def removed_markup(self) -> tuple[str, ...]:
        """What `content` does not keep of the details."""
        return sanitise(self.details).removed

    def content(self) -> Content:
        return Content(
            self.category,
            self.name,
            self.summary,
            sanitise(self.details).html,
            self.callback_url,
            self.support_url,
            tuple(Plan(**plan.model_dump()) for plan in self.plans),
            self.logo,
            tuple(self.screenshots),
            self.help_url,
            tuple(self.functions),
            tuple(self.scopes),
        )


class DelistingRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "功能暂停，待修复后重新上架"}})
    reason: Reason


class RetirementRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "由新产品替代"}})
    reason: Reason


class SaidItem(BaseModel):
    zh: str
    en: str

    @classmethod
    def of(cls, said: Said) -> Self:
        return cls(zh=said.zh, en=said.en)


class RelatedItem(BaseModel):
    """A similar listing; `similarity` is 0..1, `ended` one that its provider retired."""

    listing_id: UUID
    name: str
    relation: Relation
    similarity: float
    first_published_at: datetime | None
    ended: bool

    @classmethod
    def of(cls, related: Related) -> Self:
        return cls(**{name: getattr(related, name) for name in Related.__slots__})


class FindingItem(BaseModel):
    """`start` and `end` are positions (in code points, half-open) in the text of `field`; 0, 0 is the whole field."""

    detector: str
    clause: str
    severity: Severity
    field: str
    start: int
    end: int
    matched: str
    why: SaidItem
    advice: SaidItem
    related: list[RelatedItem]

    @classmethod
    def of(cls, finding: Finding) -> Self:
        plain = {name: getattr(finding, name) for name in Finding.__slots__}
        return cls(
            **plain
            | {
                "why": SaidItem.of(finding.why),
                "advice": SaidItem.of(finding.advice),
                "related": [RelatedItem.of(related) for related in finding.related],
            }
        )


class PlanItem(BaseModel):
    plan_id: str
    title: str
    period_days: int
    price_fen: int
    trial_days: int

    @classmethod
    def of(cls, plan: Plan) -> Self:
        return cls(**plan.model_dump())


class ListingResponse(BaseModel):
    """`version` is the one for If-Match; `number` counts the versions of the content."""

    listing_id: UUID
    provider_id: UUID
    version: int
    number: int
    state: VersionState
    lifecycle: Lifecycle
    kind: ListingKind
    category: str
    name: str
    findings: list[FindingItem]
    submitted_at: datetime | None
    decided_at: datetime | None
    reason: str
    clauses: list[str]

    @classmethod
    def of(cls, listing: Listing, newest: ListingVersion) -> Self:
        return cls(
            listing_id=listing.listing_id,
            provider_id=listing.provider_id,
            version=listing.version,
            number=newest.number,
            state=newest.state,
            lifecycle=listing.lifecycle,
            kind=listing.kind,
            category=newest.content.category,
            name=newest.content.name,
            findings=[FindingItem.of(finding) for finding in newest.findings],
            submitted_at=newest.submitted_at,
            decided_at=newest.decided_at,
            reason=newest.reason,
            clauses=list(newest.clauses),
        )


class ContentItem(BaseModel):
    """`category_number` is the version of the category's definition by which it was screened."""

    number: int
    category: str
    category_number: int
    name: str
    summary: str
    details: str
    callback_url: str
    support_url: str
    plans: list[PlanItem]
    logo: str
    screenshots: list[str]
    help_url: str
    functions: list[str]
    scopes: list[str]

    @classmethod
    def of(cls, version: ListingVersion) -> Self:
        texts = {name: getattr(version.content, name) for name in Content.__slots__ if name != "plans"}
        plans = [PlanItem.of(plan) for plan in version.content.plans]
        return cls(number=version.number, category_number=version.category_number, plans=plans, **texts)


class ListingDetails(ListingResponse):
    """With the contents side by side: the newest, and the one on the market if there is one."""

    newest: ContentItem
    live: ContentItem | None

    @classmethod
    def of_view(cls, view: ListingView) -> Self:
        return cls(
            **dict(ListingResponse.of(view.listing, view.newest)),
            newest=ContentItem.of(view.newest),
            live=ContentItem.of(view.live) if view.live else None,
        )
