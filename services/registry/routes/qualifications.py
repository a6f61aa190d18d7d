"""Category qualifications (3.2, 8.1)."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.registry.domain.errors import OwnProvider, WrongStanding
from services.registry.routes.access import DENIED, CanDecide, answer_with
from services.registry.schemas.providers import ProviderResponse
from services.registry.schemas.qualifications import QualificationRequest
from services.registry.use_cases import qualifications as use_cases
from shared.errors import Invalid, NotFound
from shared.http.dependencies import Tx
from shared.http.problems import problems

router = APIRouter(tags=["registry"])


@router.post(
    "/providers/{provider_id}/qualifications",
    operation_id="grant_qualification",
    status_code=201,
    response_model=ProviderResponse,
    responses=problems(*DENIED, OwnProvider, NotFound, Invalid, WrongStanding),
)
async def grant_qualification(
    tx: Tx, caller: CanDecide, response: Response, provider_id: UUID, body: QualificationRequest
) -> ProviderResponse:
    """An officer opens a category for the provider. Granting it again replaces its end."""
    provider = await use_cases.grant_qualification(
        tx, provider_id, caller.subject, body.category, body.expires_at, body.reason
    )
    return await answer_with(tx, response, caller, provider)
