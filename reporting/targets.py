"""The targets of the city: loaded from `data/targets.json`, looked up per unit."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _

from reporting.measures import MEASURE_BY_CODE, Shape
from reporting.models import Operator, Target, TargetState
from reporting.wording import days, target_text

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


@dataclass(frozen=True)
class Shown:
    """A target ready to show."""

    target: Target
    title: str
    addressee: str
    value: str
    when: str

    @classmethod
    def grouped(cls, rows: Iterable[Shown]) -> list[tuple[str, list[Shown]]]:
        """Proposals first, then what holds, what will, what held, what was rejected."""
        titles = {
            "proposed": _("Chờ người thứ hai xác nhận"),
            "now": _("Đang có hiệu lực"),
            "later": _("Sẽ có hiệu lực"),
            "past": _("Đã hết hiệu lực"),
            "rejected": _("Không được xác nhận"),
        }
        listed = list(rows)
        groups = [(title, [row for row in listed if row.when == when]) for when, title in titles.items()]
        return [(title, own) for title, own in groups if own]


def shown(today: datetime.date) -> list[Shown]:
    """Every target with its words, by measure (one query)."""
    rows = Target.objects.select_related("unit", "proposed_by", "decided_by").order_by(
        "measure", "valid_from", "pk"
    )
    order = {code: number for number, code in enumerate(MEASURE_BY_CODE)}
    found = [_shown(row, today) for row in rows if row.measure in MEASURE_BY_CODE]
    return sorted(found, key=lambda one: order[one.target.measure])


def _shown(row: Target, today: datetime.date) -> Shown:
    measure = MEASURE_BY_CODE[row.measure]
    addressee = row.unit.full_name if row.unit else row.get_unit_kind_display() or _("Mọi đơn vị")
    if measure.shape is Shape.DAYS:
        value = f"{'≥' if row.operator == Operator.AT_LEAST else '≤'} {days(float(row.value))}"
    else:
        value = target_text(row)
    return Shown(row, str(measure.title), str(addressee), value, _when(row, today))


def _when(row: Target, today: datetime.date) -> str:
    if row.state != TargetState.CONFIRMED:
        return str(row.state)
    if row.valid_from > today:
        return "later"
    return "past" if row.valid_to and row.valid_to <= today else "now"
