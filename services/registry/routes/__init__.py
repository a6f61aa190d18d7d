"""The HTTP interface of the registry."""

from fastapi import APIRouter

from services.registry.routes import agreements, applications, explanations, providers, qualifications

router = APIRouter(prefix="/v1")
for part in (applications, providers, agreements, qualifications, explanations):
    router.include_router(part.router)
