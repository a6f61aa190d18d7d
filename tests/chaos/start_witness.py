"""Starts the witness like any service, with the database URL that the stack wrote down."""

import os
import sys
from pathlib import Path

from shared.run import main

if __name__ == "__main__":
    os.environ["DATABASE_URL"] = (Path(os.environ["DEVSTACK_RUN"]) / "witness-url").read_text()
    sys.exit(main(["tests.chaos.witness:service", *sys.argv[1:]]))
