"""What every decision of staff carries."""

from pydantic import BaseModel, ConfigDict

from shared.http.fields import Reason


class ReasonRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "营业执照与公示信息一致"}})
    reason: Reason
