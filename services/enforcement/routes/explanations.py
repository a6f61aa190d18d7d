"""Why something can or cannot be done, open to everybody."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.enforcement import queries
from services.enforcement.schemas.explanations import ExplanationResponse
from shared.contracts.effects import Target
from shared.errors import Invalid
from shared.http.dependencies import Tx
from shared.http.fields import Line
from shared.http.problems import problems

router = APIRouter(tags=["explanations"])


class TargetKind(StrEnum):
    LISTING = "listing"
    PROVIDER = "provider"
    PROVIDER_CATEGORY = "provider_category"


@router.get(
    "/explanations/{target_kind}/{target_id}",
    operation_id="explain_target",
    response_model=ExplanationResponse,
    responses=problems(Invalid),
)
async def explain_target(
    target_kind: TargetKind,
    target_id: UUID,
    tx: Tx,
    category: Annotated[Line | None, Query(description="Only with provider_category, where it is required.")] = None,
) -> ExplanationResponse:
    """For every effect: whether it is blocked now, and each cause with its clause, decision and end."""
    if (category is not None) is not (target_kind is TargetKind.PROVIDER_CATEGORY):
        raise _wrong_category(target_kind)
    named: Any = {"kind": target_kind.value, "id": target_id, "category": category or ""}
    target = Target(**named)
    return ExplanationResponse.of(target, tx.now, await queries.explanation(tx, target))


def _wrong_category(kind: TargetKind) -> Invalid:
    message = "is required here" if kind is TargetKind.PROVIDER_CATEGORY else "belongs to provider_category only"
    return Invalid(f"`category` {message}.", errors=[{"pointer": "/category", "in": "query", "message": message}])
