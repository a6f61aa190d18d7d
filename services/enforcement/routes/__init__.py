"""The HTTP interface of enforcement."""

from fastapi import APIRouter

from services.enforcement.routes import (
    appeals,
    approvals,
    cases,
    explanations,
    interim,
    penalties,
    reports,
    rulebooks,
    unmatched_findings,
    violations,
)

router = APIRouter(prefix="/v1")
for part in (
    rulebooks,
    reports,
    unmatched_findings,
    cases,
    approvals,
    interim,
    violations,
    penalties,
    appeals,
    explanations,
):
    router.include_router(part.router)
