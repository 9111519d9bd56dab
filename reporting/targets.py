"""The targets of the city: loaded from `data/targets.json`, looked up per unit."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from reporting.models import Target

FILE = Path(__file__).parent / "data" / "targets.json"


def load() -> int:
    """Write the targets of the file, by code; a target set for one unit by hand is left alone. Returns how many."""
    data = json.loads(FILE.read_text("utf-8"))
    for row in data["targets"]:
        Target.objects.update_or_create(
            code=row["code"],
            defaults={
                "measure": row["measure"],
                "unit_kind": row["unit_kind"],
                "value": Decimal(row["value"]),
                "valid_from": datetime.date.fromisoformat(data["as_of"]),
                "reach_by": row["reach_by"],
                "document": data["source"],
            },
        )
    return len(data["targets"])


@dataclass(frozen=True)
class Targets:
    """The targets in force on one day."""

    rows: tuple[Target, ...]

    @classmethod
    def on(cls, day: datetime.date) -> Targets:
        """Those in force on `day` (one query)."""
        return cls(tuple(Target.objects.on(day)))

    def of(self, measure: str, unit: int | None, kind: str) -> Target | None:
        """The target of a unit: its own, else that of its kind, else that of every unit."""
        rows = [row for row in self.rows if row.measure == measure]
        return (
            _first(row for row in rows if unit is not None and row.unit_id == unit)
            or _first(row for row in rows if row.unit_id is None and kind and row.unit_kind == kind)
            or _first(row for row in rows if row.unit_id is None and not row.unit_kind)
        )


def _first(rows: Iterable[Target]) -> Target | None:
    return next(iter(rows), None)
