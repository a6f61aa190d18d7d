"""The HTTP interface of the registry."""

from fastapi import APIRouter

from services.registry.routes import agreements, applications, exits, explanations, providers, qualifications, receipts

router = APIRouter(prefix="/v1")
for part in (applications, providers, agreements, qualifications, exits, receipts, explanations):
    router.include_router(part.router)
