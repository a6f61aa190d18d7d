"""Accounts that are one provider (6.5.11): who belongs together, since when, and who did before."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.registry.domain.errors import LinkedByLaw, OwnProvider
from services.registry.queries import groups as queries
from services.registry.queries import providers as provider_queries
from services.registry.routes.access import DENIED, VERSIONED, CanDecide
from services.registry.routes.links import CanReadLinks
from services.registry.schemas.links import GroupResponse, MembershipItem, SeparationRequest
from services.registry.use_cases import link_decisions as use_cases
from shared.errors import Invalid, NotFound
from shared.http.dependencies import Tx
from shared.http.fields import Instant
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter(tags=["registry"])


@router.get(
    "/providers/{provider_id}/group",
    operation_id="read_group_of_provider",
    response_model=GroupResponse,
    responses=problems(*DENIED, NotFound, Invalid),
)
async def read_group_of_provider(tx: Tx, caller: CanReadLinks, response: Response, provider_id: UUID) -> GroupResponse:
    """Everybody who counts as the same provider as this account; there is none when it stands alone."""
    await provider_queries.provider(tx, provider_id, None)
    return _answer(response, await queries.group_of(tx, provider_id))


@router.get(
    "/groups/{group_id}",
    operation_id="read_group",
    response_model=GroupResponse,
    responses=problems(*DENIED, NotFound, Invalid),
)
async def read_group(
    tx: Tx,
    caller: CanReadLinks,
    response: Response,
    group_id: UUID,
    at: Annotated[Instant | None, Query(description="Who belonged to it then.")] = None,
) -> GroupResponse:
    """The group now, or as it was: whom a penalty hit stays known when the group changes later."""
    return _answer(response, await queries.group(tx, group_id, at))


@router.get(
    "/groups/{group_id}/history",
    operation_id="list_memberships",
    response_model=PageOf[MembershipItem],
    responses=problems(*DENIED, NotFound, Invalid),
)
async def list_memberships(tx: Tx, caller: CanReadLinks, paging: Paging, group_id: UUID) -> PageOf[MembershipItem]:
    """Everybody who ever belonged to the group, in the order of joining."""
    after = paging.after and (datetime.fromisoformat(paging.after["since"]), UUID(paging.after["id"]))
    found = await queries.memberships(tx, group_id, after or None, paging.limit + 1)
    return paging.page(
        [MembershipItem.of(membership) for membership in found],
        lambda item: {"since": item.since.isoformat(), "id": str(item.provider_id)},
    )


@router.post(
    "/groups/{group_id}/separation",
    operation_id="separate_account",
    response_model=GroupResponse,
    responses=problems(*DENIED, OwnProvider, NotFound, Invalid, LinkedByLaw, *VERSIONED),
)
async def separate_account(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, group_id: UUID, body: SeparationRequest
) -> GroupResponse:
    """Cuts an account out of its group, together with those that state the same code or representative.

    Those stay together: the same identity is the same provider by the rule itself, until one of them states another.
    """
    await use_cases.separate_account(tx, group_id, version, body.provider_id, caller.subject, body.reason)
    return _answer(response, await queries.group(tx, group_id))


def _answer(response: Response, view: queries.GroupView) -> GroupResponse:
    response.headers["etag"] = etag(view.version)
    return GroupResponse.of(view)
