"""The inbox of whoever is told something by the registry: providers, those who bought from them, and staff."""

from shared.http.auth import Role
from shared.notices.routes import notice_router

router = notice_router(*(role for role in Role if role is not Role.SERVICE))
