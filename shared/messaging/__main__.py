"""`python -m shared.messaging replay|letters|discard|republish|resync|resume services.orders.app:service`."""

import argparse
import asyncio
import sys

from shared.db.transaction import Database
from shared.errors import Refusal
from shared.messaging import maintenance
from shared.messaging.failure import is_transient
from shared.run import load, read_settings

ACTIONS = ("replay", "letters", "discard", "republish", "resync", "resume")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


async def _act(chosen: argparse.Namespace) -> None:
    service = load(chosen.service)
    settings = read_settings(service)
    db = Database(service.name, settings.database_url, pool_size=2)
    try:
        if chosen.action == "replay":
            _say(f"{service.name}: {await maintenance.replay(service, db, settings)} records applied")
        if chosen.action == "discard":
            await maintenance.discard(service, db, settings, chosen.letter, chosen.actor, chosen.reason)
            _say(f"{service.name}: dead letter {chosen.letter} discarded")
        if chosen.action == "republish":
            _say(f"{service.name}: {await maintenance.republish(db)} facts will be sent again")
        if chosen.action == "resync":
            _say(f"{service.name}: {await maintenance.resync(service, db)} states told again")
        if chosen.action == "resume":
            _say(f"{service.name}: {await maintenance.resume_holes(db)} partitions go on")
        for letter in await maintenance.letters(db):
            _say(f"  open dead letter {letter}")
    finally:
        await db.close()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m shared.messaging", description=__doc__)
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("service")
    parser.add_argument("--letter", type=int, help="discard: the dead letter's id")
    parser.add_argument("--reason", default="", help="discard: why it is given up")
    parser.add_argument("--actor", default="", help="discard: who gives it up")
    chosen = parser.parse_args(arguments)
    if chosen.action == "discard" and not (chosen.letter and chosen.reason and chosen.actor):
        parser.error("discard needs --letter, --reason and --actor: it is audited")
    try:
        asyncio.run(_act(chosen))
    except Refusal as refusal:
        parser.error(refusal.detail)
    except Exception as error:
        if not is_transient(error):
            raise
        parser.exit(1, f"the database cannot be reached: {error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
