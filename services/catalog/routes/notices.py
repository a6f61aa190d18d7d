"""The inbox of whoever is told something by the catalog: providers and staff."""

from shared.http.auth import Role
from shared.notices.routes import notice_router

router = notice_router(Role.PROVIDER, Role.REVIEWER, Role.OFFICER)
