"""Migrates all databases and notes what each service consumes: `python -m deploy.devstack.prepare <server>`.

A process of its own, so that the supervisor need not hold the services' code in memory.
"""

import asyncio
import hashlib
import json
import sys
from pathlib import Path

from deploy.devstack.layout import CHECKOUT, SERVICES, Layout


def fingerprint() -> str:
    """Changes with any file that says what a database looks like."""
    digest = hashlib.sha256()
    patterns = ("shared/db/**/*.py", "services/*/migrations/versions/*.py", "services/*/reactions/__init__.py")
    for path in sorted(path for pattern in patterns for path in CHECKOUT.glob(pattern)):
        digest.update(str(path.relative_to(CHECKOUT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def topics_file(run: Path) -> Path:
    return run / "topics.json"


def is_done(run: Path, server: str) -> bool:
    """Whether the databases of this server (its system identifier) were brought to the present schema already."""
    try:
        noted = json.loads(topics_file(run).read_text())
    except (OSError, ValueError):
        return False
    return bool(noted.get("server") == server and noted.get("fingerprint") == fingerprint())


def consumed(run: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(topics_file(run).read_text())["topics"]
    return found


async def _migrate(layout: Layout) -> None:
    from shared.db import migrate

    for service in SERVICES:
        if migrate.versions_of(service).is_dir():
            await migrate.upgrade(service, layout.database_url(service))
            sys.stdout.write(f"{service} migrated\n")


def main() -> int:
    from shared.run import load
    from shared.worker import consumed_topics

    layout = Layout.from_environment()
    asyncio.run(_migrate(layout))
    topics = {
        service: consumed_topics(load(f"services.{service}.app:service"), "")
        for service in SERVICES
        if (CHECKOUT / "services" / service / "app.py").exists()
    }
    noted = {"server": sys.argv[1], "fingerprint": fingerprint(), "topics": topics}
    topics_file(layout.run).write_text(json.dumps(noted))
    return 0


if __name__ == "__main__":
    sys.exit(main())
