"""Why something is open or blocked."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.registry.queries import explanations as queries
from services.registry.schemas.explanations import ExplanationResponse
from shared.errors import Invalid, NotFound
from shared.http.dependencies import Tx
from shared.http.fields import Slug
from shared.http.problems import problems

router = APIRouter(tags=["registry"])


@router.get(
    "/providers/{provider_id}/explanation",
    operation_id="explain_provider",
    response_model=ExplanationResponse,
    responses=problems(NotFound, Invalid),
)
async def explain_provider(
    tx: Tx, provider_id: UUID, category: Annotated[Slug | None, Query()] = None
) -> ExplanationResponse:
    """For every effect: is it blocked for this provider (within the category), by what, and until when."""
    provider, effects = await queries.explanation(tx, provider_id, category or "")
    return ExplanationResponse.of(provider, category or "", tx.now, effects)
