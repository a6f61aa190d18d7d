"""`python -m deploy.devstack up|down|clean|status|kafka|…`: what the Makefile calls."""

import argparse
import asyncio
import sys

from deploy.devstack import commands, upkeep
from deploy.devstack.broker import BrokerFailedError
from deploy.devstack.layout import Layout
from deploy.devstack.offspring import NurseryEndedError
from deploy.devstack.owner import NotOursError
from deploy.devstack.postgres import PostgresFailedError
from deploy.devstack.stack import PortTakenError
from deploy.devstack.supervisor import ChildFailedError

EXPECTED = (
    PortTakenError,
    ChildFailedError,
    NurseryEndedError,
    NotOursError,
    BrokerFailedError,
    PostgresFailedError,
    commands.CannotError,
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.devstack", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    for name in ("up", "down", "clean", "status", "kafka", "verify-audit"):
        actions.add_parser(name)
    for name in commands.MESSAGING:
        actions.add_parser(name).add_argument("--service", default="", help="one service only")
    token = actions.add_parser("token")
    token.add_argument("--role", default="")
    token.add_argument("--sub", default="")
    chosen = parser.parse_args()
    layout = Layout.from_environment()
    try:
        if chosen.action == "up":
            return asyncio.run(upkeep.stay_up(layout))
        if chosen.action == "token":
            return commands.token(layout, chosen.role, chosen.sub)
        if chosen.action in commands.MESSAGING:
            return commands.messaging(layout, chosen.action, chosen.service)
        return {
            "down": upkeep.down,
            "clean": upkeep.clean,
            "status": upkeep.status,
            "kafka": upkeep.kafka,
            "verify-audit": commands.verify_audit,
        }[chosen.action](layout)
    except EXPECTED as failure:
        print(failure, file=sys.stderr)
        return 1
    except PermissionError as closed:
        print(f"{closed.filename} belongs to another user: remove it, or run this as that user.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
