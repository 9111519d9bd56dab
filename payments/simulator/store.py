"""The gateway's orders, in a SQLite file that survives restarts."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    reference TEXT PRIMARY KEY, fields TEXT NOT NULL, status TEXT NOT NULL DEFAULT '01',
    response_code TEXT NOT NULL DEFAULT '', transaction_no TEXT NOT NULL DEFAULT '',
    pay_date TEXT NOT NULL DEFAULT '', bank TEXT NOT NULL DEFAULT '', refunded INTEGER NOT NULL DEFAULT 0,
    acknowledged TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS refund_requests (id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS notices (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, reference TEXT NOT NULL, answer TEXT NOT NULL);
"""


class Store:
    """Orders by reference. `status` is the TransactionStatus: 01 open, 00 paid, 02 failed, 05 refunding."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(folder / "gateway.sqlite3", check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(SCHEMA)

    def _run(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(row) for row in self._db.execute(sql, values).fetchall()]

    def open(self, fields: dict[str, str]) -> dict[str, Any]:
        """The order of a pay request, made when new."""
        self._run(
            "INSERT OR IGNORE INTO orders (reference, fields) VALUES (?, ?)",
            fields["vnp_TxnRef"],
            json.dumps(fields),
        )
        order = self.get(fields["vnp_TxnRef"])
        assert order is not None  # noqa: S101 - just written
        return order

    def get(self, reference: str) -> dict[str, Any] | None:
        """The order, its request fields as a dict, or None."""
        rows = self._run("SELECT * FROM orders WHERE reference = ?", reference)
        return {**rows[0], "fields": json.loads(rows[0]["fields"])} if rows else None

    def finish(self, reference: str, *, status: str, code: str, bank: str, pay_date: str) -> bool:
        """Close an open order; False when it was closed before."""
        with self._lock:
            last = self._run("SELECT max(CAST(transaction_no AS INTEGER)) AS n FROM orders")[0]["n"] or 0
            number = max(last + 1, int(time.time() * 1000))
            changed = self._db.execute(
                "UPDATE orders SET status = ?, response_code = ?, bank = ?, pay_date = ?, transaction_no = ?"
                " WHERE reference = ? AND status = '01'",
                (status, code, bank, pay_date, str(number), reference),
            )
            return changed.rowcount == 1

    def refund(self, reference: str, amount: int) -> None:
        """Add to what was given back (VND x 100)."""
        self._run(
            "UPDATE orders SET refunded = refunded + ?, status = '05' WHERE reference = ?", amount, reference
        )

    def first_request(self, request_id: str) -> bool:
        """Whether a refund request comes for the first time; a repeated one is not carried out again."""
        with self._lock:
            made = self._db.execute("INSERT OR IGNORE INTO refund_requests (id) VALUES (?)", (request_id,))
            return made.rowcount == 1

    def note(self, reference: str, answer: str) -> None:
        """Remember one notice and the merchant's answer; RspCode 00 and 02 acknowledge the order."""
        self._run(
            "INSERT INTO notices (at, reference, answer) VALUES (?, ?, ?)", time.time(), reference, answer
        )
        if answer in {"00", "02"}:
            self._run("UPDATE orders SET acknowledged = ? WHERE reference = ?", answer, reference)

    def notices(self) -> list[dict[str, Any]]:
        """Every notice sent, oldest first."""
        return self._run("SELECT at, reference, answer FROM notices ORDER BY id")

    def orders(self) -> list[dict[str, Any]]:
        """Every order without its request fields, with the amount in VND."""
        rows = self._run("SELECT * FROM orders ORDER BY rowid")
        return [
            {**row, "amount": int(fields["vnp_Amount"]) // 100, "fields": fields}
            for row in rows
            for fields in [json.loads(row["fields"])]
        ]

    def unacknowledged(self) -> list[str]:
        """References of closed orders whose notice nobody confirmed."""
        return [
            row["reference"]
            for row in self._run("SELECT reference FROM orders WHERE status <> '01' AND acknowledged = ''")
        ]
