"""`python -m tests.chaos [--broker tansu|kafka] [--quick]`: the market under load and faults, then the checker."""

import argparse
import asyncio
import json
import random
import shutil
import sys
import time
from pathlib import Path

import httpx2

from deploy.devstack.issuer import mint
from deploy.devstack.layout import CHECKOUT, SERVICES
from deploy.devstack.story import acts
from deploy.devstack.story.market import Market
from tests.chaos.history import History
from tests.chaos.load import Load
from tests.chaos.market import ChaosStack, chaos_layout
from tests.chaos.nemesis import LULL_SECONDS, Nemesis
from tests.chaos.observe import Observer
from tests.chaos.verdict import Outcome, Verdict

QUIET_SECONDS = 150
REPORT = CHECKOUT / "build" / "chaos.json"


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def make_market(stack: ChaosStack) -> tuple[Market, list[httpx2.AsyncClient]]:
    clients = {
        name: httpx2.AsyncClient(base_url=stack.layout.url(name), timeout=5, trust_env=False)
        for name in (*SERVICES, "payment")
    }

    async def tokens(role: str, subject: str) -> str:
        return mint(role, subject, 3600, stack.layout.run / "issuer", stack.layout.url("issuer"))

    return Market(clients, tokens), list(clients.values())


async def run(broker: str, quick: bool) -> dict[str, object]:
    layout = chaos_layout(broker)
    shutil.rmtree(layout.run, ignore_errors=True)
    stack = ChaosStack(layout, say)
    history = History(CHECKOUT / "build" / "chaos" / "history.jsonl")
    say(f"starting the market ({broker})")
    await stack.up()
    market, clients = make_market(stack)
    try:
        provider = await acts.an_admitted_provider(market)
        shop = await acts.a_published_listing(market, provider, "http://127.0.0.1:9/health")
        load = Load(market, history, provider, shop)
        working = asyncio.create_task(load.run())
        faults = await _trouble(stack, history, working, quick)
        load.running = False
        await working
        verdict = await _settle_and_judge(stack, history)
    finally:
        for client in clients:
            await client.aclose()
        await stack.down()
    return _report(broker, faults, history, verdict)


async def _trouble(stack: ChaosStack, history: History, working: "asyncio.Task[None]", quick: bool) -> list[str]:
    done = []
    nemesis = Nemesis(stack, say)
    faults = nemesis.faults()
    if quick:
        faults = [fault for fault in faults if not fault[0].startswith("freeze ") or "beyond" in fault[0]]
    for name, fault in faults:
        await asyncio.sleep(LULL_SECONDS * random.uniform(0.5, 1.5))
        if working.done():
            working.result()
        say(f"  fault: {name:<50} {len(history.commands)} commands so far")
        history.fault(name)
        await fault()
        done.append(name)
    await asyncio.sleep(LULL_SECONDS)
    return done


async def _settle_and_judge(stack: ChaosStack, history: History) -> Verdict:
    say("waiting until everything is quiet")
    await stack.everyone_is_ready(60)
    observer = Observer(stack.url)
    deadline = time.monotonic() + QUIET_SECONDS
    verdict = await observer.judge(history)
    while not verdict.passes and time.monotonic() < deadline:
        await asyncio.sleep(2)
        verdict = await observer.judge(history)
    return verdict


def _report(broker: str, faults: list[str], history: History, verdict: Verdict) -> dict[str, object]:
    kinds = sorted({command.kind for command in history.commands})
    return {
        "broker": broker,
        "faults": faults,
        "commands": {kind: {o.value: history.count(kind, o) for o in Outcome} for kind in kinds},
        "lost": len(verdict.lost),
        "duplicated": len(verdict.duplicated),
        "reordered": len(verdict.reordered),
        "disagreeing": len(verdict.disagreeing),
        "waiting": len(verdict.waiting),
        "pass": verdict.passes and all(history.count(kind, Outcome.OK) for kind in kinds),
        "findings": [*verdict.lost, *verdict.duplicated, *verdict.reordered, *verdict.disagreeing, *verdict.waiting][
            :50
        ],
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--broker", choices=["tansu", "kafka"], default="tansu")
    parser.add_argument("--quick", action="store_true", help="leave the short freezes out")
    parser.add_argument("--seed", type=int, default=20200212)
    chosen = parser.parse_args()
    random.seed(chosen.seed)
    report = asyncio.run(run(chosen.broker, chosen.quick))
    _write(REPORT if chosen.broker == "tansu" else REPORT.with_name("chaos-kafka.json"), report)
    say(json.dumps({key: report[key] for key in report if key != "faults"}, ensure_ascii=False, indent=1))
    say("passed" if report["pass"] else "FAILED")
    return 0 if report["pass"] else 1


def _write(path: Path, report: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
