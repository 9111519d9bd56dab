"""Writing to the ledger."""

from __future__ import annotations

import uuid
from typing import Any

from payments.bookkeeping import Lines
from payments.models import EntryKind, LedgerEntry
from portal.lib import clock


def post(kind: EntryKind, lines: Lines, **about: Any) -> None:
    """One transaction of the ledger; `about` names unit and what it belongs to. Nothing moved, nothing written."""
    transaction_id, now = uuid.uuid4(), clock.now()
    LedgerEntry.objects.bulk_create(
        LedgerEntry(transaction=transaction_id, kind=kind, account=account, amount=amount, at=now, **about)
        for account, amount in lines.items()
        if amount
    )
