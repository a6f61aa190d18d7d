"""`python -m shared.personal services.<name>.app:service status|rotate`: under which keys personal data is kept.

To rotate: put a new key first in PERSONAL_KEYS and start every process with it, run `rotate` until nothing remains,
then drop the old key. It shows its progress, can be stopped at any moment and goes on where it was.
"""

import argparse
import asyncio
import sys

from shared.db.transaction import Database
from shared.errors import Transient
from shared.personal.keys import DamagedError
from shared.personal.rotation import Progress, progress, rotate
from shared.personal.vault import Vault
from shared.run import load


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m shared.personal", description=__doc__)
    parser.add_argument("service", help="such as services.registry.app:service")
    parser.add_argument("action", choices=["status", "rotate"])
    asked = parser.parse_args()
    try:
        left = asyncio.run(_run(asked.service, asked.action))
    except (ValueError, DamagedError, Transient, OSError) as error:
        print(f"personal data: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0 if asked.action == "status" or not left.remaining else 1


async def _run(name: str, action: str) -> Progress:
    service = load(name)
    settings = service.settings()
    vault = Vault.of(settings)  # type: ignore[arg-type]
    db = Database(service.name, settings.database_url)
    try:
        if action == "rotate":
            return await rotate(db, vault, _show)
        async with db.transaction() as tx:
            now = await progress(tx, vault.keys.current)
        _show(now)
        return now
    finally:
        await db.close()


def _show(now: Progress) -> None:
    total = sum(now.by_key.values())
    print(f"{total - now.remaining} of {total} persons' keys are under {now.current}; {now.by_key}")  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
