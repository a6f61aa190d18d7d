"""Reads what a run left behind: counters, the witness, replicas, the ledger, and what still waits."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import asyncpg

from deploy.devstack.layout import SERVICES
from shared.contracts import EVENTS
from tests.architecture.declared import services
from tests.chaos.history import History
from tests.chaos.verdict import Aggregate, Applied, Verdict, judge_applied, judge_commands, judge_replicas

Url = Callable[[str], str]
WAITING = """
SELECT (SELECT count(*) FROM outbox) AS outbox, (SELECT count(*) FROM parked_key) AS parked,
       (SELECT count(*) FROM dead_letter WHERE resolved_at IS NULL) AS dead_letters,
       (SELECT count(*) FROM relay_state WHERE republish_upto IS NOT NULL) AS republishing
"""
# Which aggregate each replica table holds.
REPLICAS = {
    "registry": {"restriction": "restriction", "listing": "listing"},
    "catalog": {"restriction": "restriction", "provider_standing": "provider"},
    "orders": {"listing": "listing", "provider": "provider", "restriction": "restriction"},
    "monitoring": {"restriction": "restriction"},
    "enforcement": {"listing": "listing", "provider": "provider", "outage": "outage"},
}
EFFECTS = {
    "order@orders": ("orders", "SELECT merchant_id, count(*) FROM orders GROUP BY 1"),
    "order@witness": ("witness", "SELECT state::jsonb->>'merchant_id', count(*) FROM applied"
                      " WHERE type = 'order.placed' GROUP BY 1"),
    "pay@orders": ("orders", "SELECT merchant_id, count(*) FROM subscription GROUP BY 1"),
    "pay@monitoring": ("monitoring", "SELECT merchant_id, count(*) FROM subscription GROUP BY 1"),
    "pay@witness": ("witness", "SELECT state::jsonb->>'merchant_id', count(*) FROM applied"
                    " WHERE type = 'subscription.activated' GROUP BY 1"),
    "listing@catalog": ("catalog", "SELECT v.name, count(*) FROM listing l JOIN listing_version v"
                        " ON v.listing_id = l.listing_id AND v.number = l.live_number GROUP BY 1"),
    "listing@orders": ("orders", "SELECT state->>'name', count(*) FROM listing GROUP BY 1"),
    "listing@enforcement": ("enforcement", "SELECT state->>'name', count(*) FROM listing GROUP BY 1"),
    "listing@registry": ("registry", "SELECT state->>'name', count(*) FROM listing GROUP BY 1"),
    "listing@witness": ("witness", "SELECT state::jsonb->>'name', count(*) FROM applied"
                        " WHERE type = 'listing.published' GROUP BY 1"),
    "penalty@enforcement": ("enforcement", "SELECT split_part(target_key, ':', 2), count(*) FROM penalty GROUP BY 1"),
}  # fmt: skip
for _service in ("registry", "catalog", "orders", "monitoring"):
    EFFECTS[f"penalty@{_service}"] = (
        _service,
        "SELECT split_part(key, ':', 2), jsonb_array_length(state->'causes') FROM restriction",
    )


class Observer:
    """Reads with the superuser; nothing is changed."""

    def __init__(self, url: Url) -> None:
        self._url = url

    async def rows(self, database: str, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self._url(database))
        try:
            return list(await connection.fetch(sql, *arguments))
        finally:
            await connection.close()

    async def unrest(self) -> list[str]:
        """What is not quiet yet."""
        found = []
        for name in (*SERVICES, "witness"):
            row = (await self.rows(name, WAITING))[0]
            found += [f"{name}: {count} in {what}" for what, count in row.items() if count]
        found += await self._behind()
        return found

    async def _behind(self) -> list[str]:
        """Consumers that have not applied every fact in their inbox that the witness has seen."""
        behind = []
        seen = await self.rows("witness", "SELECT event_id, source, type FROM applied WHERE source <> 'witness'")
        for service in services():
            types = {reaction.event.wire.name for reaction in service.reactions}
            known = {row["event_id"] for row in await self.rows(service.name, "SELECT event_id FROM inbox")}
            missing = [
                row["type"]
                for row in seen
                if row["type"] in types and row["source"] != service.name and row["event_id"] not in known
            ]
            if missing:
                behind.append(f"{service.name} has not applied {dict(Counter(missing))}")
        said = await self._said()
        count = len(seen)
        if count < sum(said.values()):
            behind.append(f"the witness has seen {count} of {sum(said.values())} facts")
        return behind

    async def _said(self) -> dict[Aggregate, int]:
        said: dict[Aggregate, int] = {}
        for service in SERVICES:
            for row in await self.rows(service, "SELECT aggregatetype, aggregateid, last FROM aggregate_sequence"):
                said[service, row["aggregatetype"], row["aggregateid"]] = row["last"]
        return said

    async def judge(self, history: History) -> Verdict:
        verdict = Verdict()
        rows = await self.rows("witness", "SELECT * FROM applied ORDER BY position")
        applied = [Applied(str(r["event_id"]), (r["source"], r["aggregate"], r["key"]), r["sequence"]) for r in rows]
        judge_applied(verdict, await self._said(), [a for a in applied if a.aggregate[0] != "witness"])
        effects = {}
        for place, (database, sql) in EFFECTS.items():
            effects[place] = {str(key): int(count) for key, count in await self.rows(database, sql)}
        judge_commands(verdict, history.commands, effects)
        await self._judge_replicas(verdict, rows)
        await self._judge_ledger(verdict)
        verdict.waiting += await self.unrest()
        return verdict

    async def _judge_replicas(self, verdict: Verdict, applied: list[asyncpg.Record]) -> None:
        newest: dict[str, dict[str, str]] = {}
        for row in applied:
            if EVENTS[row["type"]].wire.full_state:
                newest.setdefault(row["aggregate"], {})[row["key"]] = str(row["sequence"])
        for service, tables in REPLICAS.items():
            for table, aggregate in tables.items():
                kept = await self.rows(service, f"SELECT key, sequence FROM {table}")
                held = {row["key"]: str(row["sequence"]) for row in kept}
                told = newest.get(aggregate, {})
                judge_replicas(verdict, f"{service}.{table}", told, held)

    async def _judge_ledger(self, verdict: Verdict) -> None:
        off = await self.rows(
            "orders", "SELECT entry_id, sum(amount_fen) AS rest FROM posting GROUP BY 1 HAVING sum(amount_fen) <> 0"
        )
        verdict.disagreeing += [f"ledger entry {row['entry_id']} is off by {row['rest']}" for row in off]
        unpaid = await self.rows(
            "orders",
            "SELECT o.order_id FROM orders o WHERE o.status IN ('paid', 'fulfilled') AND NOT EXISTS"
            " (SELECT 1 FROM ledger_entry e WHERE e.order_id = o.order_id)",
        )
        verdict.disagreeing += [f"order {row['order_id']} is paid and not in the ledger" for row in unpaid]
