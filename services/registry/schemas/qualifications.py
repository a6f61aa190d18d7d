"""The HTTP shapes of category qualifications."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from shared.http.fields import Slug


class QualificationRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"category": "shop-operation"}})
    category: Slug
    expires_at: AwareDatetime | None = None
    reason: Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00]*$")] = ""


class CategoryItem(BaseModel):
    category: str
    expires_at: datetime | None
