"""Writing to the ledger."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from payments.bookkeeping import Lines
from payments.models import EntryKind, LedgerEntry
from portal.lib import clock


def post(kind: EntryKind, lines: Lines, **about: Any) -> None:
    """One transaction of the ledger; `about` names unit and what it belongs to. Nothing moved, nothing written."""
    LedgerEntry.objects.bulk_create(_entries(kind, lines, **about))


def post_all(kind: EntryKind, facts: Iterable[tuple[Lines, dict[str, Any]]]) -> None:
    """One transaction for each of many facts, written in batches."""
    entries = [entry for lines, about in facts for entry in _entries(kind, lines, **about)]
    LedgerEntry.objects.bulk_create(entries, batch_size=1000)


def _entries(kind: EntryKind, lines: Lines, **about: Any) -> list[LedgerEntry]:
    transaction_id, now = uuid.uuid4(), clock.now()
    return [
        LedgerEntry(transaction=transaction_id, kind=kind, account=account, amount=amount, at=now, **about)
        for account, amount in lines.items()
        if amount
    ]
