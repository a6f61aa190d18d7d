"""The HTTP shapes of categories: what they are, what they ask for, and their versions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict

from services.catalog.domain.category import Category, CategoryVersion, Definition, ForbiddenFunction, RequiredBlock
from shared.http.fields import Instant, Line, Reason, Slug

_Word = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")
]
_Words = Annotated[list[_Word], Field(min_length=1, max_length=50)]
_Clause = Annotated[str, StringConstraints(max_length=20, pattern=r"^[1-8](\.\d{1,2}){1,3}(\(\d{1,2}\))?$")]
_Core = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000, pattern=r"^[^\x00]*$")]
_Days = Annotated[int, Field(ge=1, le=3650, strict=True)]

_DEFINITION: JsonDict = {
    "title_zh": "订单处理",
    "title_en": "Order processing",
    "core_functions": "批量打印快递单与发货单、订单合并与拆分、物流跟踪。",
    "core_functions_en": "Printing waybills in bulk, merging and splitting orders, tracking parcels.",
    "requires_qualification": False,
    "special": False,
    "takes_listings": True,
    "required_blocks": [{"title_zh": "使用说明", "title_en": "How to use", "words": ["使用", "教程"]}],
    "forbidden_functions": [
        {"title_zh": "虚假交易", "title_en": "Faked sales", "clause": "6.1.6(1)", "words": ["刷单", "刷销量"]}
    ],
    "allowed_periods": [30, 90, 365],
    "keywords": ["打单", "快递单", "waybill"],
}


class RequiredBlockItem(BaseModel):
    """A part that every detail page has; any of `words` in a heading shows that it is there."""

    model_config = ConfigDict(extra="forbid")
    title_zh: Line
    title_en: Line
    words: _Words


class ForbiddenFunctionItem(BaseModel):
    """A function that no listing may offer, recognised by `words`; `clause` forbids it."""

    model_config = ConfigDict(extra="forbid")
    title_zh: Line
    title_en: Line
    clause: _Clause
    words: _Words


class DefinitionItem(BaseModel):
    """`allowed_periods` are days of a plan, empty for any. `special`: misplacing such a service is grave (6.1.4)."""

    model_config = ConfigDict(extra="forbid")
    title_zh: Line
    title_en: Line
    core_functions: _Core = ""
    core_functions_en: _Core = ""
    requires_qualification: bool = False
    special: bool = False
    takes_listings: bool = Field(default=True, description="False for a group, and for a category that was closed.")
    required_blocks: Annotated[list[RequiredBlockItem], Field(max_length=20)] = []
    forbidden_functions: Annotated[list[ForbiddenFunctionItem], Field(max_length=50)] = []
    allowed_periods: Annotated[list[_Days], Field(max_length=50)] = []
    keywords: Annotated[list[_Word], Field(max_length=500)] = []

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        for name in ("allowed_periods", "keywords"):
            values = getattr(self, name)
            if len(set(values)) < len(values):
                raise ValueError(f"{name} holds a value more than once")
        if self.takes_listings and not self.core_functions:
            raise ValueError("core_functions must be stated where listings are taken (4.4.1)")
        return self

    def definition(self) -> Definition:
        plain = {name: getattr(self, name) for name in DefinitionItem.model_fields}
        return Definition(
            **plain
            | {
                "required_blocks": tuple(
                    RequiredBlock(b.title_zh, b.title_en, tuple(b.words)) for b in self.required_blocks
                ),
                "forbidden_functions": tuple(
                    ForbiddenFunction(f.title_zh, f.title_en, f.clause, tuple(f.words))
                    for f in self.forbidden_functions
                ),
                "allowed_periods": tuple(sorted(self.allowed_periods)),
                "keywords": tuple(self.keywords),
            }
        )

    @classmethod
    def of_definition(cls, definition: Definition) -> "DefinitionItem":
        return DefinitionItem.model_construct(**_plain(definition))


def _plain(definition: Definition) -> dict[str, Any]:
    plain: dict[str, Any] = {name: getattr(definition, name) for name in Definition.__slots__}
    blocks = [
        RequiredBlockItem.model_construct(title_zh=b.title_zh, title_en=b.title_en, words=list(b.words))
        for b in definition.required_blocks
    ]
    functions = [
        ForbiddenFunctionItem.model_construct(
            title_zh=f.title_zh, title_en=f.title_en, clause=f.clause, words=list(f.words)
        )
        for f in definition.forbidden_functions
    ]
    lists = {"allowed_periods": list(definition.allowed_periods), "keywords": list(definition.keywords)}
    return plain | lists | {"required_blocks": blocks, "forbidden_functions": functions}


class CategoryRequest(DefinitionItem):
    """A new place in the tree; `parent` is empty at the top."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"code": "returns", "parent": "customer-service", **_DEFINITION, "reason": "新增"}
        },
    )
    code: Slug
    parent: Slug | None = None
    reason: Reason


class CategoryVersionRequest(DefinitionItem):
    """The whole definition. Without `in_force_from` it is in force at once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {**_DEFINITION, "in_force_from": "2027-01-01T00:00:00Z", "reason": "规则更新"}},
    )
    in_force_from: Instant | None = None
    reason: Reason


class CategoryItem(DefinitionItem):
    """`number` counts the versions of the definition."""

    model_config = ConfigDict(extra="ignore")
    code: str
    parent: str = Field(description="Empty at the top of the tree.")
    number: int

    @classmethod
    def of(cls, category: Category) -> "CategoryItem":
        return CategoryItem.model_construct(
            code=category.code, parent=category.parent, number=category.number, **_plain(category.definition)
        )


class CategoriesResponse(BaseModel):
    items: list[CategoryItem]


class CategoryVersionItem(BaseModel):
    """`in_force_at` is empty while the version is announced."""

    number: int
    in_force_from: datetime
    in_force_at: datetime | None
    published_at: datetime
    reason: str

    @classmethod
    def of(cls, version: CategoryVersion) -> Self:
        return cls(**{name: getattr(version, name) for name in CategoryVersionItem.model_fields})


class CategoryVersionResponse(CategoryVersionItem):
    code: str
    definition: DefinitionItem

    @classmethod
    def of(cls, version: CategoryVersion) -> Self:
        return cls(
            **dict(CategoryVersionItem.of(version)),
            code=version.code,
            definition=DefinitionItem.of_definition(version.definition),
        )


class CategoryResponse(CategoryItem):
    """With its versions, the newest first; one that is announced is among them."""

    versions: list[CategoryVersionItem]

    @classmethod
    def with_versions(cls, category: Category, versions: Sequence[CategoryVersion]) -> "CategoryResponse":
        return CategoryResponse.model_construct(
            **dict(CategoryItem.of(category)), versions=[CategoryVersionItem.of(version) for version in versions]
        )
