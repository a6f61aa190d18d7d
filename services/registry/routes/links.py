"""Which accounts may be one provider: the queue of proposals, and what staff decide of them (6.5.11)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.registry.domain.errors import OwnProvider, WrongLinkStatus
from services.registry.domain.proposal import Link, LinkStatus
from services.registry.queries import links as queries
from services.registry.queries.links import Order
from services.registry.routes.access import DENIED, VERSIONED, CanDecide
from services.registry.schemas.decisions import ReasonRequest
from services.registry.schemas.links import InvestigationRequest, LinkResponse
from services.registry.use_cases import link_decisions as use_cases
from shared.errors import Invalid, KeyRequired, KeyReused, NotFound
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter(tags=["registry"])
CanReadLinks = Annotated[Caller, requires(Role.OFFICER, Role.AUDITOR)]
DECIDED = problems(*DENIED, OwnProvider, NotFound, Invalid, WrongLinkStatus, *VERSIONED)


@router.get(
    "/link-proposals",
    operation_id="list_link_proposals",
    response_model=PageOf[LinkResponse],
    responses=problems(*DENIED, Invalid),
)
async def list_link_proposals(
    tx: Tx,
    caller: CanReadLinks,
    paging: Paging,
    status: Annotated[LinkStatus, Query()] = LinkStatus.PROPOSED,
    order: Annotated[Order, Query(description="The surest first, or the oldest.")] = Order.CONFIDENCE,
) -> PageOf[LinkResponse]:
    """The queue: pairs that share enough to be looked at and are not linked anyway."""
    after = _position(paging.after, order)
    found = await queries.links(tx, status, order, after, paging.limit + 1)
    return paging.page(
        [LinkResponse.of(link) for link in found],
        lambda item: {
            order.value: item.proposed_at.isoformat() if order is Order.AGE else item.confidence,
            "id": str(item.link_id),
        },
    )


def _position(after: dict[str, str | float] | None, order: Order) -> tuple[str | float, UUID] | None:
    if after is None:
        return None
    if order.value not in after:
        raise Invalid(
            "The cursor is of another order; start again without it.",
            errors=[{"pointer": "/cursor", "in": "query", "message": "is a cursor of the other order"}],
        )
    return after[order.value], UUID(str(after["id"]))


@router.get(
    "/link-proposals/{link_id}",
    operation_id="read_link_proposal",
    response_model=LinkResponse,
    responses=problems(*DENIED, NotFound, Invalid),
)
async def read_link_proposal(tx: Tx, caller: CanReadLinks, response: Response, link_id: UUID) -> LinkResponse:
    """One pair, with the ETag for a decision."""
    return _answer(response, await queries.link(tx, link_id))


@router.post(
    "/link-proposals/{link_id}/confirmation",
    operation_id="confirm_link",
    response_model=LinkResponse,
    responses=DECIDED,
)
async def confirm_link(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, link_id: UUID, body: ReasonRequest
) -> LinkResponse:
    """An officer confirms that both accounts are one provider: penalties lie on both from now on."""
    return _answer(response, await use_cases.confirm_link(tx, link_id, version, caller.subject, body.reason))


@router.post(
    "/link-proposals/{link_id}/rejection",
    operation_id="reject_link",
    response_model=LinkResponse,
    responses=DECIDED,
)
async def reject_link(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, link_id: UUID, body: ReasonRequest
) -> LinkResponse:
    """Not one provider. The pair is proposed again only when something new speaks for it."""
    return _answer(response, await use_cases.reject_link(tx, link_id, version, caller.subject, body.reason))


@router.post(
    "/link-proposals/{link_id}/reversal",
    operation_id="undo_link",
    response_model=LinkResponse,
    responses=DECIDED,
)
async def undo_link(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, link_id: UUID, body: ReasonRequest
) -> LinkResponse:
    """Takes a confirmed pair back. The group falls apart where nothing else holds it together."""
    return _answer(response, await use_cases.undo_link(tx, link_id, version, caller.subject, body.reason))


@router.post(
    "/links",
    operation_id="link_accounts",
    status_code=201,
    response_model=LinkResponse,
    responses=problems(*DENIED, KeyRequired, KeyReused, OwnProvider, NotFound, Invalid, WrongLinkStatus),
)
async def link_accounts(tx: Tx, caller: CanDecide, once: Once, body: InvestigationRequest) -> Response:
    """An officer links two accounts whose actual controller an investigation found to be the same (6.5.11)."""
    if (kept := await once.kept()) is not None:
        return kept
    link = await use_cases.link_accounts(
        tx, body.provider_id, body.other_id, caller.subject, body.reason, body.evidence
    )
    return once.answer(
        201,
        LinkResponse.of(link),
        location=f"/v1/link-proposals/{link.link_id}",
        headers={"etag": etag(link.version)},
    )


def _answer(response: Response, link: Link) -> LinkResponse:
    response.headers["etag"] = etag(link.version)
    return LinkResponse.of(link)
