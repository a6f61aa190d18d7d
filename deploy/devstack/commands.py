"""What a person asks of a running devstack: tokens, replay, republish, resync, the audit's proof."""

import os
import subprocess
import sys

from deploy.devstack.layout import CHECKOUT, SERVICES, Layout
from deploy.devstack.processes import accepts

MESSAGING = ("replay", "republish", "resync", "resume", "letters")


class CannotError(RuntimeError):
    """What was asked for cannot be done now; the message says what is missing."""


def _each_service(layout: Layout, arguments: list[str], only: str) -> int:
    if only and only not in SERVICES:
        raise CannotError(f"There is no service {only!r}; the services are {', '.join(SERVICES)}.")
    _needs_postgres(layout)
    worst = 0
    for service in [only] if only else SERVICES:
        command = [sys.executable, *arguments, f"services.{service}.app:service"]
        worst = max(worst, subprocess.run(command, cwd=CHECKOUT, env=layout.service_settings(service)).returncode)
    return worst


def _needs_postgres(layout: Layout) -> None:
    if not accepts(layout.port("postgres")):
        raise CannotError("The market is not running; start it with `make up`.")


def messaging(layout: Layout, action: str, only: str) -> int:
    return _each_service(layout, ["-m", "shared.messaging", action], only)


def verify_audit(layout: Layout) -> int:
    _needs_postgres(layout)
    databases = " ".join(f"{service}={layout.database_url(service)}" for service in SERVICES)
    command = [sys.executable, "-m", "shared.audit", "verify"]
    return subprocess.run(command, cwd=CHECKOUT, env=dict(os.environ) | {"AUDIT_DATABASES": databases}).returncode


def token(layout: Layout, role: str, sub: str) -> int:
    if not role:
        raise CannotError("Say which role: make token role=merchant sub=shop-1")
    command = [sys.executable, "-m", "deploy.devstack.issuer", "token", "--role", role, "--sub", sub or f"{role}-1"]
    return subprocess.run(command, cwd=CHECKOUT, env=dict(os.environ) | layout.environment()).returncode
