"""Loading the units of the city from our own file."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from simple_history.utils import bulk_create_with_history

from portal.accounts.models import Unit, UnitKind
from portal.lib.text import fold, sort_key

UNITS_FILE = Path(__file__).resolve().parent / "data" / "units.json"
Progress = Callable[[int], None]


class BadUnits(ValueError):
    """The file of units cannot be loaded."""


@transaction.atomic
def load_units(path: Path = UNITS_FILE, progress: Progress = lambda _done: None) -> int:
    """Create or update every unit of the file; returns how many rows changed.

    What officials keep themselves (address, telephone, office hours, tax code, a confirmed agency code) is left
    alone. Raises BadUnits, with nothing written.
    """
    rows = _read(path)
    known = {unit.code: unit for unit in Unit.objects.all()}
    changed = 0
    for wave in _waves(rows):
        new = [_apply(Unit(code=row["code"]), row, known) for row in wave if row["code"] not in known]
        for unit in bulk_create_with_history(new, Unit):
            known[unit.code] = unit
        changed += len(new) + sum(_update(known[row["code"]], row, known) for row in wave)
        progress(len(wave))
    return changed


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["units"]
    except json.JSONDecodeError as error:
        raise BadUnits(f"{path.name}:{error.lineno}: {error.msg}") from error
    codes: set[str] = set()
    for number, row in enumerate(rows, start=2):
        missing = {"code", "kind", "name", "agency"} - row.keys()
        if missing or row["kind"] not in UnitKind.values or row["code"] in codes:
            raise BadUnits(f"{path.name}:{number}: {sorted(missing) or 'unknown kind or repeated code'}")
        if row.get("parent") and row["parent"] not in codes:
            raise BadUnits(f"{path.name}:{number}: parent {row['parent']} must come before")
        codes.add(row["code"])
    return rows


def _waves(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Parents before children: the depth of a row is one more than its parent's."""
    depth: dict[str, int] = {}
    for row in rows:
        depth[row["code"]] = depth[row["parent"]] + 1 if row.get("parent") else 0
    deepest = max(depth.values(), default=-1)
    return [[row for row in rows if depth[row["code"]] == level] for level in range(deepest + 1)]


def _values(row: dict[str, Any], known: dict[str, Unit]) -> dict[str, Any]:
    """Model values of a row of the file."""
    latitude, longitude = row.get("at", [None, None])
    districts = row.get("districts", [])
    is_ward = bool(row.get("ward"))
    kind = {True: "phường", False: "xã"}[is_ward] if row["kind"] == UnitKind.COMMUNE else ""
    suffix = f".{row['agency']}" if row["agency"] else ""
    return {
        "kind": row["kind"],
        "is_ward": is_ward,
        "name": row["name"],
        "name_en": row.get("name_en", ""),
        "sort_key": sort_key(row["name"]),
        "search_text": fold(" ".join([kind, row["name"], *districts]))[:600],
        "parent_id": known[row["parent"]].pk if row.get("parent") else None,
        "former_districts": districts,
        "latitude": _decimal(latitude, 5),
        "longitude": _decimal(longitude, 5),
        "area_km2": _decimal(row.get("area_km2"), 2),
        "agency_code": settings.AGENCY_PREFIX + suffix,
    }


def _decimal(value: float | None, places: int) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(Decimal(1).scaleb(-places))


def _apply(unit: Unit, row: dict[str, Any], known: dict[str, Unit]) -> Unit:
    for name, value in _values(row, known).items():
        setattr(unit, name, value)
    return unit


def _update(unit: Unit, row: dict[str, Any], known: dict[str, Unit]) -> bool:
    """Save the unit through the model (so that its history shows it) when a value differs."""
    values = _values(row, known)
    if unit.agency_code_confirmed:
        del values["agency_code"]
    changes = {name: value for name, value in values.items() if getattr(unit, name) != value}
    for name, value in changes.items():
        setattr(unit, name, value)
    if changes:
        unit.save(update_fields=[name.removesuffix("_id") for name in changes])
    return bool(changes)
