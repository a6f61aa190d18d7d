"""The category tree, which everybody may read, and its versions, which officers publish."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response
from pydantic import BaseModel

from services.catalog import store
from services.catalog.domain.errors import CategoryKnown, CategoryMisplaced
from services.catalog.schemas.categories import (
    CategoriesResponse,
    CategoryItem,
    CategoryRequest,
    CategoryResponse,
    CategoryVersionRequest,
    CategoryVersionResponse,
)
from services.catalog.use_cases import categories as use_cases
from shared.errors import Forbidden, Invalid, KeyRequired, KeyReused, NotFound, Unauthenticated
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.fields import Slug
from shared.http.idempotency import Once
from shared.http.problems import problems

router = APIRouter()

CanPublish = Annotated[Caller, requires(Role.OFFICER)]
Code = Annotated[Slug, Path()]
IfNoneMatch = Annotated[str | None, Header()]
_CREATING = (Unauthenticated, Forbidden, KeyRequired, KeyReused, Invalid)
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Unchanged since the ETag of If-None-Match"}}


@router.get("/categories", operation_id="list_categories", response_model=CategoriesResponse, responses=_UNCHANGED)
async def list_categories(tx: Tx, if_none_match: IfNoneMatch = None) -> Response:
    """The tree with its rules, parents before their children."""
    items = [CategoryItem.of(category) for category in await store.categories(tx)]
    return _tagged(CategoriesResponse(items=items), if_none_match)


@router.post(
    "/categories",
    operation_id="create_category",
    status_code=201,
    response_model=CategoryItem,
    responses=problems(*_CREATING, CategoryKnown, CategoryMisplaced),
)
async def create_category(tx: Tx, caller: CanPublish, once: Once, body: CategoryRequest) -> Response:
    """A new category, in force at once. None is ever deleted; a version that takes no listings closes it."""
    if (kept := await once.kept()) is not None:
        return kept
    created = await use_cases.create_category(
        tx, body.code, body.parent or "", body.definition(), caller.subject, body.reason
    )
    return once.answer(201, CategoryItem.of(created), location=f"/v1/categories/{created.code}")


@router.get(
    "/categories/{code}",
    operation_id="read_category",
    response_model=CategoryResponse,
    responses={**_UNCHANGED, **problems(NotFound, Invalid)},
)
async def read_category(tx: Tx, code: Code, if_none_match: IfNoneMatch = None) -> Response:
    """The definition in force, and all its versions, also those that are announced."""
    found = await store.category(tx, code)
    if found is None:
        raise NotFound("There is no category with this code")
    return _tagged(CategoryResponse.with_versions(found, await store.category_versions(tx, code)), if_none_match)


@router.post(
    "/categories/{code}/versions",
    operation_id="publish_category",
    status_code=201,
    response_model=CategoryVersionResponse,
    responses=problems(*_CREATING, NotFound, CategoryMisplaced),
)
async def publish_category(
    tx: Tx, caller: CanPublish, once: Once, code: Code, body: CategoryVersionRequest
) -> Response:
    """A new definition, in force at once or from the announced instant on."""
    if (kept := await once.kept()) is not None:
        return kept
    version = await use_cases.publish_category(
        tx, code, body.definition(), caller.subject, body.reason, body.in_force_from
    )
    return once.answer(
        201, CategoryVersionResponse.of(version), location=f"/v1/categories/{code}/versions/{version.number}"
    )


@router.get(
    "/categories/{code}/versions/{number}",
    operation_id="read_category_version",
    response_model=CategoryVersionResponse,
    responses=problems(NotFound, Invalid),
)
async def read_category_version(
    tx: Tx, code: Code, number: Annotated[int, Path(ge=1, le=1_000_000)]
) -> CategoryVersionResponse:
    """One version: what was asked of a listing that was screened by it."""
    return CategoryVersionResponse.of(await store.category_version(tx, code, number))


def _tagged(content: BaseModel, if_none_match: str | None) -> Response:
    """The answer, or 304 when the caller has it."""
    body = content.model_dump_json().encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "no-cache"}
    if if_none_match is not None and tag in (known.strip().removeprefix("W/") for known in if_none_match.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
