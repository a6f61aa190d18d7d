"""The HTTP interface of monitoring."""

from fastapi import APIRouter

from services.monitoring.routes import maintenances, measurements

router = APIRouter(prefix="/v1")
for part in (measurements, maintenances):
    router.include_router(part.router)
