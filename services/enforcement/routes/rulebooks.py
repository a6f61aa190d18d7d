"""The rules, open to everybody."""

from fastapi import APIRouter

from services.enforcement import rulebook_store
from services.enforcement.schemas.rulebooks import (
    MeasureResponse,
    MeasuresResponse,
    RulebookResponse,
    RulebooksResponse,
)
from shared.http.dependencies import Tx

router = APIRouter(tags=["rulebooks"])


@router.get("/rulebooks", operation_id="list_rulebooks", response_model=RulebooksResponse)
async def list_rulebooks(tx: Tx) -> RulebooksResponse:
    """Every published version with its acts, ladders, measures and sources."""
    return RulebooksResponse(items=[RulebookResponse.of(book) for book in await rulebook_store.all_rulebooks(tx)])


@router.get("/measures", operation_id="list_measures", response_model=MeasuresResponse)
async def list_measures(tx: Tx) -> MeasuresResponse:
    """The measures of the rulebook in force: what each blocks, leaves, and is ended by."""
    book = await rulebook_store.rulebook_at(tx, tx.now)
    items = [MeasureResponse.of(measure) for measure in book.measures.values()]
    return MeasuresResponse(rulebook=book.id, version=book.version, items=items)
