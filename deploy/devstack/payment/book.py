"""What the payment sandbox remembers: payments, refunds and the webhooks still to deliver, in one SQLite file."""

import json
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

_TABLES = """
CREATE TABLE IF NOT EXISTS payment (
    payment_id TEXT PRIMARY KEY, idempotency_key TEXT UNIQUE NOT NULL, order_id TEXT NOT NULL,
    amount_fen INTEGER NOT NULL, currency TEXT NOT NULL, webhook_url TEXT NOT NULL, status TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS refund (
    refund_id TEXT PRIMARY KEY, payment_id TEXT NOT NULL, amount_fen INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS webhook (
    webhook_id TEXT PRIMARY KEY, url TEXT NOT NULL, body TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    copies INTEGER NOT NULL, due_at REAL NOT NULL, delivered INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS webhook_due ON webhook (due_at) WHERE delivered = 0;
"""


class RefusedError(Exception):
    """An expected no, with its HTTP status."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


@dataclass(frozen=True, slots=True)
class Webhook:
    webhook_id: str
    url: str
    body: str
    attempts: int
    copies: int


class Book:
    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {_TABLES}")

    def close(self) -> None:
        self._db.close()

    def open_payment(self, asked: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
        """The payment of this idempotency key, and whether it is new."""
        known = self._db.execute("SELECT * FROM payment WHERE idempotency_key = ?", (asked["idempotency_key"],))
        row = known.fetchone()
        if row is None:
            columns = ("idempotency_key", "order_id", "amount_fen", "currency", "webhook_url")
            self._db.execute(
                "INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?, 'pending')",
                (f"pay_{uuid4().hex}", *(asked[column] for column in columns)),
            )
            return self.open_payment(asked)[0], True
        if any(row[name] != asked[name] for name in ("order_id", "amount_fen", "currency")):
            raise RefusedError(422, "This idempotency_key was used for another payment.")
        return self.payment(row["payment_id"]), False

    def payment(self, payment_id: str) -> dict[str, Any]:
        row = self._db.execute("SELECT * FROM payment WHERE payment_id = ?", (payment_id,)).fetchone()
        if row is None:
            raise RefusedError(404, "There is no such payment.")
        refunds = self._db.execute("SELECT refund_id, amount_fen FROM refund WHERE payment_id = ?", (payment_id,))
        given = [dict(refund) for refund in refunds.fetchall()]
        told = {name: row[name] for name in ("payment_id", "order_id", "amount_fen", "currency", "status")}
        return told | {"refunds": given, "refunded_fen": sum(refund["amount_fen"] for refund in given)}

    def payments(self, after: str, limit: int) -> list[dict[str, Any]]:
        rows = self._db.execute(
            "SELECT payment_id FROM payment WHERE payment_id > ? ORDER BY payment_id LIMIT ?", (after, limit)
        )
        return [self.payment(row["payment_id"]) for row in rows.fetchall()]

    def pay(self, payment_id: str, copies: int, delay: float) -> dict[str, Any]:
        """The merchant's money arrived. Paying twice is paying once."""
        payment = self.payment(payment_id)
        if payment["status"] == "pending":
            data = {name: payment[name] for name in ("payment_id", "order_id", "amount_fen", "currency")}
            with self._transaction():
                self._db.execute("UPDATE payment SET status = 'succeeded' WHERE payment_id = ?", (payment_id,))
                self._queue(payment_id, "payment.succeeded", data, copies, delay)
        return self.payment(payment_id)

    def refund(
        self, payment_id: str, refund_id: str, amount_fen: int, copies: int, delay: float
    ) -> tuple[dict[str, Any], bool]:
        """Gives back a part or all; the same refund_id again is the same refund."""
        payment = self.payment(payment_id)
        known = self._db.execute("SELECT * FROM refund WHERE refund_id = ?", (refund_id,)).fetchone()
        data = {"refund_id": refund_id, "payment_id": payment_id, "amount_fen": amount_fen}
        if known is not None:
            if (known["payment_id"], known["amount_fen"]) != (payment_id, amount_fen):
                raise RefusedError(422, "This refund_id was used for another refund.")
            return data | {"status": "succeeded"}, False
        if payment["status"] != "succeeded":
            raise RefusedError(409, "Only a paid payment can be refunded.")
        if payment["refunded_fen"] + amount_fen > payment["amount_fen"]:
            raise RefusedError(409, "More than was paid cannot be refunded.")
        about = {"order_id": payment["order_id"], "currency": payment["currency"]}
        with self._transaction():
            self._db.execute("INSERT INTO refund VALUES (?, ?, ?)", (refund_id, payment_id, amount_fen))
            self._queue(payment_id, "refund.succeeded", data | about, copies, delay)
        return data | {"status": "succeeded"}, True

    def due(self, now: float) -> list[Webhook]:
        rows = self._db.execute(
            "SELECT webhook_id, url, body, attempts, copies FROM webhook WHERE delivered = 0 AND due_at <= ?"
            " ORDER BY due_at LIMIT 200",
            (now,),
        )
        return [Webhook(**dict(row)) for row in rows.fetchall()]

    def settle(self, webhook: Webhook, delivered: bool, again_at: float) -> None:
        """After an attempt: done, one copy less to send, or due again."""
        copies = webhook.copies - 1 if delivered else webhook.copies
        self._db.execute(
            "UPDATE webhook SET attempts = attempts + 1, copies = ?, delivered = ?, due_at = ? WHERE webhook_id = ?",
            (copies, copies == 0, again_at, webhook.webhook_id),
        )

    def _queue(self, payment_id: str, kind: str, data: dict[str, Any], copies: int, delay: float) -> None:
        url = self._db.execute("SELECT webhook_url FROM payment WHERE payment_id = ?", (payment_id,)).fetchone()[0]
        now = time.time()
        body = json.dumps({"type": kind, "timestamp": _instant(now), "data": data}, separators=(",", ":"))
        self._db.execute(
            "INSERT INTO webhook (webhook_id, url, body, copies, due_at) VALUES (?, ?, ?, ?, ?)",
            (f"msg_{uuid4().hex}", url, body, copies, now + delay),
        )

    def _transaction(self) -> sqlite3.Connection:
        self._db.execute("BEGIN IMMEDIATE")
        return self._db


def _instant(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
