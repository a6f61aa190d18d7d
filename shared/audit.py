"""The seal over a service's audit trail: committed rows are chained by hash, and the head is told to another service.

Rows are written unchained, because a chain head would make all writers wait for each other. One sealer per service
appends them to the chain afterwards; until then a row is unsealed. `python -m shared.audit verify` checks the chains.
"""

import argparse
import asyncio
import hashlib
import json
import os
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any

import asyncpg

from shared.contracts.audit import AuditSealed, keeper_of
from shared.db.transaction import Transaction
from shared.service import Job

SEAL_EVERY = timedelta(seconds=2)
ROWS_AT_ONCE = 1_000
MOST_FINDINGS = 1_000
_LOCK = 0x7365_616C  # "seal"
_ROW = "a.position, a.id, a.at, a.actor, a.action, a.target, a.old::text, a.new::text, a.reason, a.correlation_id"


@dataclass(frozen=True, slots=True)
class Anchor:
    """What another service keeps: at `count` rows the head of the chain was `head_hash`."""

    count: int
    head_hash: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that an honest trail cannot show. `number` is the place in the chain, 0 if it has none."""

    kind: str
    number: int
    detail: str


@dataclass(slots=True)
class Report:
    count: int
    head_hash: str
    findings: list[Finding]

    def find(self, kind: str, number: int, detail: str) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(kind, number, detail))


# --- the chain


def first_link(service: str) -> bytes:
    """What the chain of a service begins with; no two services' chains can be exchanged."""
    return hashlib.sha256(service.encode()).digest()


def next_link(previous: bytes, row: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(previous + canonical(row)).digest()


def canonical(row: Mapping[str, Any]) -> bytes:
    """One spelling of a row: instants in UTC to the microsecond, keys sorted, numbers as they were written."""
    values = {
        "position": row["position"],
        "id": str(row["id"]),
        "at": row["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": row["actor"],
        "action": row["action"],
        "target": row["target"],
        "old": _parsed(row["old"]),
        "new": _parsed(row["new"]),
        "reason": row["reason"],
        "correlation_id": row["correlation_id"],
    }
    return json.dumps(values, sort_keys=True, separators=(",", ":"), default=_tagged).encode()


def _parsed(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def _tagged(number: Decimal) -> dict[str, str]:
    # No JSONB value holds a NUL, so this cannot be mistaken for an object that somebody wrote.
    return {"\0": str(number)}


async def seal_trail(tx: Transaction) -> int:
    """Chains the committed rows that are not yet sealed. By a mark, never by a cursor: late commits come in, too."""
    if not await tx.driver.fetchval("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
        return 0
    rows = await tx.driver.fetch(
        f"SELECT {_ROW} FROM audit a WHERE sealed = 0 ORDER BY position LIMIT $1", ROWS_AT_ONCE
    )
    if not rows:
        return 0
    head = await tx.driver.fetchrow("SELECT number, link FROM audit_chain ORDER BY number DESC LIMIT 1")
    number, link = (head["number"], head["link"]) if head else (0, first_link(tx.service))
    links = []
    for row in rows:
        link = next_link(link, row)
        links.append(link)
    await tx.driver.execute(
        """
        WITH chained AS (
            INSERT INTO audit_chain (number, audit_id, link)
            SELECT $1 + n, id, link FROM unnest($2::uuid[], $3::bytea[]) WITH ORDINALITY AS r(id, link, n)
        )
        UPDATE audit SET sealed = 1 WHERE id = ANY($2)
        """,
        number,
        [row["id"] for row in rows],
        links,
    )
    tx.emit(AuditSealed(service=tx.service, count=number + len(rows), head_hash=link.hex(), sealed_at=tx.now))
    return len(rows) if len(rows) == ROWS_AT_ONCE else 0


seal_audit = Job("seal_audit", SEAL_EVERY, seal_trail)


# --- the check


async def verify(driver: asyncpg.Connection, service: str, anchors: Iterable[Anchor] = ()) -> Report:
    """Walks the whole chain of one snapshot, in parts. `anchors` must have been read before."""
    report = Report(0, first_link(service).hex(), [])
    expected: dict[int, set[str]] = {}
    for anchor in anchors:
        expected.setdefault(anchor.count, set()).add(anchor.head_hash)
    async with driver.transaction(isolation="repeatable_read", readonly=True):
        async for row in _chain(driver):
            _check_link(report, row)
            report.count, report.head_hash = row["number"], row["link"].hex()
            if expected.pop(row["number"], set()) - {report.head_hash}:
                report.find("rewritten", row["number"], "the chain had another head when it was sealed")
        for count in sorted(count for count in expected if count > report.count):
            report.find("cut off", count, f"{count} rows were sealed, the chain ends at {report.count}")
        for row in await driver.fetch(_UNCHAINED, MOST_FINDINGS):
            report.find("inserted", 0, f"row {row['id']} is marked as sealed but was never chained")
    return report


async def _chain(driver: asyncpg.Connection) -> AsyncIterator[asyncpg.Record]:
    number = -1
    while rows := await driver.fetch(_CHAIN, number, ROWS_AT_ONCE):
        for row in rows:
            yield row
        number = rows[-1]["number"]


_CHAIN = f"""
SELECT c.number, c.audit_id, c.link, a.sealed, {_ROW} FROM audit_chain c LEFT JOIN audit a ON a.id = c.audit_id
WHERE c.number > $1 ORDER BY c.number LIMIT $2
"""
_UNCHAINED = """
SELECT a.id FROM audit a
WHERE a.sealed <> 0 AND NOT EXISTS (SELECT 1 FROM audit_chain c WHERE c.audit_id = a.id) LIMIT $1
"""


def _check_link(report: Report, row: asyncpg.Record) -> None:
    """Compares with the link before as it is stored, so that one changed row is one finding."""
    number = row["number"]
    if number != report.count + 1:
        report.find("missing", number, f"the chain jumps from {report.count} to {number}")
    elif row["id"] is None:
        report.find("missing", number, f"row {row['audit_id']} is gone")
    elif next_link(bytes.fromhex(report.head_hash), row) != row["link"]:
        report.find("changed", number, f"row {row['audit_id']} is not what was sealed")
    elif row["sealed"] != 1:
        report.find("changed", number, f"row {row['audit_id']} is marked as not sealed")


async def read_anchors(url: str, service: str) -> list[Anchor]:
    """The seals of `service` that the service behind `url` keeps."""
    driver = await asyncpg.connect(url)
    try:
        rows = await driver.fetch("SELECT count, head_hash FROM audit_anchor WHERE service = $1", service)
    finally:
        await driver.close()
    return [Anchor(row["count"], row["head_hash"]) for row in rows]


async def verify_all(urls: Mapping[str, str]) -> dict[str, tuple[Report, int]]:
    """The report on each service's trail, with the number of seals it was held against."""
    reports = {}
    for service, url in urls.items():
        keeper = urls.get(keeper_of(service))
        anchors = await read_anchors(keeper, service) if keeper else []
        driver = await asyncpg.connect(url)
        try:
            reports[service] = (await verify(driver, service, anchors), len(anchors))
        finally:
            await driver.close()
    return reports


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m shared.audit", description=__doc__)
    parser.add_argument("action", choices=["verify"])
    parser.add_argument(
        "databases",
        nargs="*",
        metavar="service=url",
        help="for instance orders=postgresql://…; default: the words of AUDIT_DATABASES, which no process list shows",
    )
    given = parser.parse_args(arguments)
    pairs = given.databases or os.environ.get("AUDIT_DATABASES", "").split()
    urls = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    if not urls or len(urls) != len(pairs):
        parser.error("name each database once, as service=url")
    bad = False
    for service, (report, anchors) in asyncio.run(verify_all(urls)).items():
        bad = bad or bool(report.findings)
        verdict = f"{len(report.findings)} findings" if report.findings else "ok"
        sys.stdout.write(
            f"{service:<12} {report.count:>9} rows  head {report.head_hash[:16]}  {anchors:>6} seals  {verdict}\n"
        )
        for finding in report.findings:
            sys.stdout.write(f"    {finding.kind} at {finding.number}: {finding.detail}\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
