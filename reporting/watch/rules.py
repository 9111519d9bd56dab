"""The rules of the reference file: loaded after every migration, by code and version, never edited in place."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from pathlib import Path

from reporting.models import WarningRule

FILE = Path(__file__).parent.parent / "data" / "warning_rules.json"


def load() -> int:
    """Write the rules that are not there yet, leaving alone what was set by hand; returns how many."""
    data = json.loads(FILE.read_text("utf-8"))
    begin = datetime.date.fromisoformat(data["valid_from"])
    known = set(WarningRule.objects.order_by().values_list("code", flat=True))
    rules = [
        WarningRule(**{**row, "threshold": Decimal(row["threshold"])}, version=1, valid_from=begin)
        for row in data["rules"]
        if row["code"] not in known
    ]
    WarningRule.objects.bulk_create(rules, ignore_conflicts=True)
    return len(rules)
