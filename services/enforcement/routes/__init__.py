"""The HTTP interface of enforcement."""

from fastapi import APIRouter

from services.enforcement.routes import appeals, cases, explanations, penalties, reports, rulebooks, violations

router = APIRouter(prefix="/v1")
for part in (rulebooks, reports, cases, violations, penalties, appeals, explanations):
    router.include_router(part.router)
