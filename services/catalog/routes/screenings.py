"""The dry run of the screening, while somebody writes."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Request

from services.catalog.routes.looking import Looking
from services.catalog.schemas.screenings import ScreeningRequest, ScreeningResponse
from services.catalog.use_cases.screening import Draft, try_draft
from shared.context import current_context
from shared.db.transaction import Database
from shared.errors import Forbidden, Invalid, NotFound, Unauthenticated
from shared.http.auth import Caller, Role, requires
from shared.http.problems import problems

router = APIRouter()

CanWrite = Annotated[Caller, requires(Role.PROVIDER)]


@router.post(
    "/screenings",
    operation_id="screen_listing",
    response_model=ScreeningResponse,
    responses=problems(Unauthenticated, Forbidden, NotFound, Invalid),
)
async def screen_listing(
    caller: CanWrite, looking: Looking, request: Request, body: ScreeningRequest
) -> ScreeningResponse:
    """What the screening would say. Nothing is kept, so it takes no Idempotency-Key; ask as often as you write."""
    # Looked at before a transaction is open, so that a slow name holds nothing.
    callback = await looking.look_at(body.callback_url) if body.look else None
    db: Database = request.app.state.db
    async with db.transaction(replace(current_context(), actor=caller.subject)) as tx:
        draft = Draft(
            body.content(),
            body.kind,
            caller.subject,
            listing_id=body.listing_id,
            removed_markup=body.removed_markup(),
            callback=callback,
        )
        return ScreeningResponse.of(await try_draft(tx, draft))
