"""The words that the screening looks for: reviewers and officers read and change them."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.catalog import store
from services.catalog.queries import lexicons as queries
from services.catalog.schemas.lexicons import (
    EntryItem,
    LexiconChangeRequest,
    LexiconItem,
    LexiconResponse,
    LexiconsResponse,
    LexiconVersionItem,
    PreviewResponse,
)
from services.catalog.use_cases import lexicons as use_cases
from shared.errors import Forbidden, Invalid, NotFound, StaleVersion, Unauthenticated, VersionRequired
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.fields import Slug
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter()

CanRead = Annotated[Caller, requires(Role.REVIEWER, Role.OFFICER, Role.AUDITOR)]
CanChange = Annotated[Caller, requires(Role.REVIEWER, Role.OFFICER)]
Code = Annotated[Slug, Path()]
_DENIED = (Unauthenticated, Forbidden)


@router.get("/lexicons", operation_id="list_lexicons", response_model=LexiconsResponse, responses=problems(*_DENIED))
async def list_lexicons(tx: Tx, caller: CanRead) -> LexiconsResponse:
    """All lexicons, without their words."""
    rules = await store.current_rules(tx)
    return LexiconsResponse(rules_digest=rules.digest, items=[LexiconItem.of(lexicon) for lexicon in rules.lexicons])


@router.get(
    "/lexicons/{code}",
    operation_id="read_lexicon",
    response_model=LexiconResponse,
    responses=problems(*_DENIED, NotFound, Invalid),
)
async def read_lexicon(tx: Tx, caller: CanRead, response: Response, code: Code, paging: Paging) -> LexiconResponse:
    """The lexicon with a page of its words, and the ETag for changes."""
    lexicon = await store.lexicon(tx, code)
    after = str(paging.after["word"]) if paging.after else None
    entries = queries.entries_after(lexicon, after, paging.limit + 1)
    page = paging.page([EntryItem.of(entry) for entry in entries], lambda item: {"word": item.word})
    response.headers["etag"] = etag(lexicon.number)
    return LexiconResponse(lexicon=LexiconItem.of(lexicon), items=page.items, next=page.next)


@router.post(
    "/lexicons/{code}/changes",
    operation_id="change_lexicon",
    response_model=LexiconVersionItem,
    responses=problems(*_DENIED, NotFound, Invalid, VersionRequired, StaleVersion),
)
async def change_lexicon(
    tx: Tx, caller: CanChange, response: Response, version: IfMatch, code: Code, body: LexiconChangeRequest
) -> LexiconVersionItem:
    """Its next version. Every screening from now on goes by it, and what is live is screened again."""
    lexicon, made = await use_cases.change_lexicon(tx, code, version, body.change(), caller.subject, body.reason)
    response.headers["etag"] = etag(lexicon.number)
    return LexiconVersionItem.of(made)


@router.post(
    "/lexicons/{code}/changes/preview",
    operation_id="preview_lexicon_change",
    response_model=PreviewResponse,
    responses=problems(*_DENIED, NotFound, Invalid),
)
async def preview_lexicon_change(tx: Tx, caller: CanChange, code: Code, body: LexiconChangeRequest) -> PreviewResponse:
    """A dry run: what the change would newly find in live listings, the newest of them when there are many."""
    return PreviewResponse.of(await queries.preview_change(tx, code, body.change()))


@router.get(
    "/lexicons/{code}/versions",
    operation_id="list_lexicon_versions",
    response_model=PageOf[LexiconVersionItem],
    responses=problems(*_DENIED, NotFound, Invalid),
)
async def list_lexicon_versions(tx: Tx, caller: CanRead, code: Code, paging: Paging) -> PageOf[LexiconVersionItem]:
    """What each version changed, who did it and why; the newest first."""
    await store.lexicon(tx, code)
    before = int(paging.after["number"]) if paging.after else None
    found = await store.lexicon_versions(tx, code, before, paging.limit + 1)
    return paging.page([LexiconVersionItem.of(version) for version in found], lambda item: {"number": item.number})
