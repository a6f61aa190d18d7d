"""The HTTP interface of the registry."""

from fastapi import APIRouter

from services.registry.routes import (
    access_decisions,
    agreements,
    applications,
    apps,
    documents,
    exits,
    explanations,
    groups,
    links,
    notices,
    personal_data,
    profile_change_reviews,
    profile_changes,
    providers,
    qualification_requests,
    qualifications,
    receipts,
    reviews,
)

router = APIRouter(prefix="/v1")
for part in (
    access_decisions,
    apps,
    applications,
    reviews,
    documents,
    personal_data,
    profile_changes,
    profile_change_reviews,
    providers,
    agreements,
    qualifications,
    qualification_requests,
    exits,
    receipts,
    links,
    groups,
    notices,
    explanations,
):
    router.include_router(part.router)
