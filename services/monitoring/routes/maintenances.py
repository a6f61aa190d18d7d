"""Announced maintenances: providers announce and call off their own, everybody reads them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from services.monitoring import queries
from services.monitoring.domain.errors import MaintenanceBegan, TooManyMaintenances, WrongPeriod
from services.monitoring.schemas import CancellationRequest, MaintenanceRequest, MaintenanceResponse
from services.monitoring.use_cases.maintenances import announce_maintenance as announce
from services.monitoring.use_cases.maintenances import cancel_maintenance as cancel
from shared.errors import Invalid, KeyRequired, KeyReused, NotFound, StaleVersion, VersionRequired
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter(tags=["maintenance"])
CanAnnounce = Annotated[Caller, requires(Role.PROVIDER)]


@router.post(
    "/listings/{listing_id}/maintenances",
    operation_id="announce_maintenance",
    status_code=201,
    response_model=MaintenanceResponse,
    responses=problems(NotFound, Invalid, WrongPeriod, TooManyMaintenances, KeyRequired, KeyReused),
)
async def announce_maintenance(
    listing_id: UUID, body: MaintenanceRequest, caller: CanAnnounce, tx: Tx, once: Once
) -> Response:
    """The listing rests for a while. Announced less than three days ahead it is marked as late (6.3.1(2))."""
    if (kept := await once.kept()) is not None:
        return kept
    made = await announce(tx, caller.subject, body.rest(listing_id))
    return once.answer(
        201,
        MaintenanceResponse.of(made),
        location=f"/v1/maintenances/{made.maintenance_id}",
        headers={"etag": etag(made.version)},
    )


@router.get(
    "/listings/{listing_id}/maintenances",
    operation_id="list_maintenances",
    response_model=PageOf[MaintenanceResponse],
    responses=problems(Invalid),
)
async def list_maintenances(listing_id: UUID, paging: Paging, tx: Tx) -> PageOf[MaintenanceResponse]:
    """What was announced for a listing, called-off ones included, the last announced first."""
    before = UUID(paging.after["maintenance_id"]) if paging.after else None
    found = await queries.maintenances(tx, listing_id, before, paging.limit + 1)
    page = paging.page(found, lambda item: {"maintenance_id": item.maintenance_id})
    return PageOf(items=[MaintenanceResponse.of(item) for item in page.items], next=page.next)


@router.get(
    "/maintenances/{maintenance_id}",
    operation_id="get_maintenance",
    response_model=MaintenanceResponse,
    responses=problems(NotFound, Invalid),
)
async def get_maintenance(maintenance_id: UUID, tx: Tx, response: Response) -> MaintenanceResponse:
    """One announcement, with the ETag that calling it off asks for."""
    found = await queries.maintenance(tx, maintenance_id)
    if found is None:
        raise NotFound("There is no such maintenance.")
    response.headers["ETag"] = etag(found.version)
    return MaintenanceResponse.of(found)


@router.post(
    "/maintenances/{maintenance_id}/cancellation",
    operation_id="cancel_maintenance",
    response_model=MaintenanceResponse,
    responses=problems(NotFound, Invalid, MaintenanceBegan, StaleVersion, VersionRequired),
)
async def cancel_maintenance(
    maintenance_id: UUID, body: CancellationRequest, caller: CanAnnounce, tx: Tx, version: IfMatch, response: Response
) -> MaintenanceResponse:
    """Calls it off, before it starts."""
    found = await cancel(tx, caller.subject, maintenance_id, version, body.reason)
    response.headers["ETag"] = etag(found.version)
    return MaintenanceResponse.of(found)
