"""`python -m benchmarks [name ...]`: each figure against its reference in the same run, written to build/bench.json.

Figures are shown and judged beside their goal, and never fail anything: a machine that is busy tells nothing.
"""

import argparse
import importlib
import inspect
import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import uvloop

NAMES = (
    "calibration",
    "order_place",
    "consumer_apply",
    "relay_publish",
    "fact_to_refusal",
    "access_decision",
    "link_proposals",
    "search",
    "listing_page",
    "near_duplicate",
    "screening",
)
REPORT = Path(__file__).parents[1] / "build" / "bench.json"


def measure(name: str) -> list[dict[str, Any]]:
    made = importlib.import_module(f"benchmarks.{name}").run()
    found = uvloop.run(made) if inspect.iscoroutine(made) else made  # on the loop that services run on
    return found if isinstance(found, list) else [found]


def _failed(name: str, error: Exception) -> dict[str, Any]:
    told = {"name": name, "value": None, "unit": "", "reference": "", "reference_value": None, "ratio": None}
    return told | {"goal": None, "pass": False, "error": repr(error)}


def _line(row: dict[str, Any]) -> str:
    ratio = "" if row["ratio"] is None else f"{row['ratio']:.3f} x"
    against = "" if row["reference_value"] is None else f"{row['reference_value']} ({row['reference']})"
    mark = "ok " if row["pass"] else "NO "
    told = row.get("error") or f"{row['value']} {row['unit']}"
    return f"{mark} {row['name']:<20} {told:<24} {ratio:<9} goal {row['goal']}   {against}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], help="all when none is named")
    wanted = parser.parse_args().names or NAMES
    sys.stdout.write(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; order_place and access_decision are pinned\n"
    )
    rows: list[dict[str, Any]] = []
    for name in wanted:
        began = time.monotonic()
        try:
            rows += (found := measure(name))
        except Exception as error:  # one benchmark that breaks must not hide the others
            traceback.print_exc()
            rows += (found := [_failed(name, error)])
        for row in found:
            sys.stdout.write(f"{_line(row)}   [{time.monotonic() - began:.0f} s]\n")
        sys.stdout.flush()
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
