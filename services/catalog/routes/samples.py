"""Approvals that are looked at once more."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.catalog.domain.errors import OwnDecision, OwnProvider, SampleSettled
from services.catalog.domain.sample import SampleState
from services.catalog.queries.samples import samples
from services.catalog.schemas.samples import SampleItem, SampleResponse, SampleVerdictRequest
from services.catalog.use_cases.samples import judge_sample as judge
from shared.errors import Forbidden, Invalid, NotFound, StaleVersion, Unauthenticated, VersionRequired
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter()

CanJudge = Annotated[Caller, requires(Role.REVIEWER)]
CanRead = Annotated[Caller, requires(Role.REVIEWER, Role.OFFICER, Role.AUDITOR)]


@router.get(
    "/samples",
    operation_id="list_samples",
    response_model=PageOf[SampleItem],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_samples(
    tx: Tx, caller: CanRead, paging: Paging, state: Annotated[SampleState, Query()] = SampleState.OPEN
) -> PageOf[SampleItem]:
    """Approved versions to look at once more, oldest first. A reviewer does not see those of its own decisions."""
    not_by = None if caller.has(Role.OFFICER, Role.AUDITOR) else caller.subject
    after = UUID(paging.after["id"]) if paging.after else None
    found = await samples(tx, state, not_by, after, paging.limit + 1)
    return paging.page([SampleItem.of_version(item) for item in found], lambda item: {"id": str(item.sample_id)})


@router.post(
    "/samples/{sample_id}/verdict",
    operation_id="judge_sample",
    response_model=SampleResponse,
    responses=problems(
        Unauthenticated, Forbidden, OwnProvider, OwnDecision, NotFound, Invalid, SampleSettled, VersionRequired,
        StaleVersion,
    ),
)  # fmt: skip
async def judge_sample(
    tx: Tx, caller: CanJudge, response: Response, version: IfMatch, sample_id: UUID, body: SampleVerdictRequest
) -> SampleResponse:
    """Agrees with an approval or not. The version stays live; what is wrong with it goes to enforcement."""
    sample = await judge(tx, sample_id, version, caller.subject, body.agrees, body.reason, tuple(body.clauses))
    response.headers["etag"] = etag(sample.version)
    return SampleResponse.of(sample)
