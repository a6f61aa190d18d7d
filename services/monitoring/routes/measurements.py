"""What was measured is public; only an officer says what caused it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime
from starlette.responses import Response

from services.monitoring import queries
from services.monitoring.schemas import AvailabilityResponse, OutageResponse, SetCauseRequest, TargetResponse
from services.monitoring.use_cases import measuring
from shared.errors import Forbidden, Invalid, NotFound, Unauthenticated
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems

USUAL_WINDOW = timedelta(days=7)
LONGEST_WINDOW = timedelta(days=400)

router = APIRouter(tags=["monitoring"])
CanAttribute = Annotated[Caller, requires(Role.OFFICER)]
CanSeeEvidence = Annotated[Caller, requires(Role.OFFICER, Role.AUDITOR)]
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 in hex.")]


@router.get("/targets/{listing_id}", operation_id="get_target", responses=problems(NotFound, Invalid))
async def get_target(listing_id: UUID, tx: Tx) -> TargetResponse:
    """What is probed for a listing, and how it does at this moment."""
    row = await queries.target(tx, listing_id)
    if row is None:
        raise NotFound("Nothing is probed for this listing.")
    return TargetResponse.of(row, tx.now)


@router.get("/listings/{listing_id}/outages", operation_id="list_outages", responses=problems(Invalid))
async def list_outages(listing_id: UUID, paging: Paging, tx: Tx) -> PageOf[OutageResponse]:
    """The outages of a listing, newest first."""
    after = UUID(paging.after["outage_id"]) if paging.after else None
    rows = await queries.outages(tx, listing_id, after, paging.limit + 1)
    page = paging.page(rows, lambda row: {"outage_id": row["outage_id"]})
    return PageOf(items=[OutageResponse.of(row) for row in page.items], next=page.next)


@router.get("/outages/{outage_id}", operation_id="get_outage", responses=problems(NotFound, Invalid))
async def get_outage(outage_id: UUID, tx: Tx) -> OutageResponse:
    row = await queries.outage(tx, outage_id)
    if row is None:
        raise NotFound("There is no such outage.")
    return OutageResponse.of(row)


@router.post(
    "/outages/{outage_id}/cause",
    operation_id="set_outage_cause",
    responses=problems(NotFound, Invalid, Unauthenticated, Forbidden),
)
async def set_outage_cause(outage_id: UUID, body: SetCauseRequest, caller: CanAttribute, tx: Tx) -> OutageResponse:
    """Says what caused an outage, while it lasts or afterwards. The same finding again changes nothing."""
    outage = await measuring.set_outage_cause(
        tx, outage_id, cause=body.cause, evidence=body.evidence, reason=body.reason
    )
    return OutageResponse.of_outage(outage)


@router.get(
    "/listings/{listing_id}/availability", operation_id="get_availability", responses=problems(NotFound, Invalid)
)
async def get_availability(
    listing_id: UUID,
    tx: Tx,
    since: Annotated[AwareDatetime | None, Query(description="Default: seven days before `until`.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Default, and at the latest: now.")] = None,
) -> AvailabilityResponse:
    """Availability by time inside [since, until), with everything it was computed from."""
    begin, end = _window(since, until, tx.now)
    found = await queries.availability(tx, listing_id, begin, end)
    if found is None:
        raise NotFound("Nothing is probed for this listing.")
    return AvailabilityResponse.of(listing_id, begin, end, found)


@router.get(
    "/evidence/{digest}",
    operation_id="get_evidence",
    response_class=Response,
    responses={
        200: {"description": "The document whose SHA-256 is asked for.", "content": {"application/json": {}}},
        **problems(NotFound, Invalid, Unauthenticated, Forbidden),
    },
)
async def get_evidence(digest: Digest, caller: CanSeeEvidence, tx: Tx) -> Response:
    """A failed look, byte for byte as it was kept."""
    document = await queries.evidence(tx, digest)
    if document is None:
        raise NotFound("There is no such evidence.")
    return Response(document, media_type="application/json")


def _window(since: datetime | None, until: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    try:
        end = min(until.astimezone(UTC), now) if until else now
        begin = since.astimezone(UTC) if since else end - USUAL_WINDOW
    except OverflowError:
        raise Invalid("The window is outside of what a calendar holds.") from None
    if not begin < end:
        raise Invalid("`since` must lie before `until`, and before now.")
    if end - begin > LONGEST_WINDOW:
        raise Invalid(f"A window is at most {LONGEST_WINDOW.days} days long.")
    return begin, end
