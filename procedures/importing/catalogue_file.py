"""The catalogue file, checked line by line before anything is written.

Line 1: {"as_of", "source", "procedures": n}. Each further line is one procedure; the keys are described in
docs/catalogue.md. A fault raises BadData("catalogue.jsonl:<line>: …").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from procedures.importing.files import BadData, read_lines
from procedures.models import Channel, TimeUnit

CODE = re.compile(r"\d\.\d{6}")
_KEYS = {
    "code", "title", "short", "field", "at", "agency", "system", "department", "for", "channels", "papers", "results",
    "basis", "decision", "popular", "missing",
}  # fmt: skip
MISSING = (
    "scope", "level", "agency", "field", "applicants", "channels", "time", "time_unit", "fee", "city_fee", "papers",
    "paper_counts", "result", "legal_basis", "online_level", "form", "process",
)  # fmt: skip


@dataclass(frozen=True)
class ChannelFact:
    """Time and fee of one channel; `value` None: not given. `fee` in VND, empty: to confirm, (0,): free by law."""

    channel: str
    value: float | None
    unit: str
    fee: tuple[int, ...]


@dataclass(frozen=True)
class ProcedureFact:
    """One line of the file."""

    code: str
    title: str
    field: str
    missing: tuple[str, ...]
    short: str = ""
    at: tuple[str, ...] = ()
    agency: str = ""
    system: str = ""
    department: str = ""
    applicants: tuple[str, ...] = ()
    channels: tuple[ChannelFact, ...] = ()
    papers: tuple[tuple[str, int, int], ...] = ()
    results: tuple[tuple[str, str], ...] = ()
    basis: tuple[str, ...] = ()
    decision: str = ""
    popular: int = 0


@dataclass(frozen=True)
class CatalogueFile:
    """The whole file; `as_of` is a month "2026-07"."""

    as_of: str
    source: str
    procedures: list[ProcedureFact] = field(default_factory=list)


def read(path: Path, fields: set[str], departments: set[str]) -> CatalogueFile:
    """The checked content. `fields` and `departments` are the codes a line may name. Raises BadData."""
    rows = read_lines(path)
    if not rows or not {"as_of", "source", "procedures"} <= rows[0][1].keys():
        raise BadData(f"{path.name}:1: the first line must give as_of, source and procedures")
    head = rows[0][1]
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", str(head["as_of"])):
        raise BadData(f"{path.name}:1: as_of must be a month such as 2026-07")
    found = CatalogueFile(head["as_of"], head["source"])
    seen: set[str] = set()
    for line, row in rows[1:]:
        try:
            fact = _fact(row, fields, departments, seen)
        except (BadData, KeyError, TypeError, ValueError) as error:
            raise BadData(f"{path.name}:{line}: {_said(error)}") from error
        found.procedures.append(fact)
    if len(found.procedures) != head["procedures"]:
        raise BadData(
            f"{path.name}:1: {head['procedures']} procedures announced, {len(found.procedures)} found"
        )
    return found


def _said(error: Exception) -> str:
    return f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)


def _fact(row: dict[str, Any], fields: set[str], departments: set[str], seen: set[str]) -> ProcedureFact:
    _require(row.keys() <= _KEYS, f"unknown keys {sorted(row.keys() - _KEYS)}")
    code, title = row["code"], row["title"]
    _require(
        isinstance(code, str) and CODE.fullmatch(code) is not None,
        f"code {code!r} is not of the form 1.234567",
    )
    _require(code not in seen, f"code {code} comes twice")
    seen.add(code)
    _require(isinstance(title, str) and 0 < len(title) <= 1200, "title must be a text of 1 to 1200 letters")
    _require(row["field"] in fields, f"field {row['field']!r} is not in fields.json")
    _require(
        set(row["missing"]) <= set(MISSING),
        f"unknown in missing: {sorted(set(row['missing']) - set(MISSING))}",
    )
    _require(set(row.get("at", [])) <= {"commune", "province"}, "at must be commune, province")
    _require(set(row.get("for", [])) <= {"citizen", "organisation"}, "for must be citizen, organisation")
    _require(
        row.get("department", "") in departments | {""}, f"department {row.get('department')!r} is unknown"
    )
    return ProcedureFact(
        code=code,
        title=title,
        field=row["field"],
        missing=tuple(row["missing"]),
        short=row.get("short", ""),
        at=tuple(row.get("at", [])),
        agency=row.get("agency", ""),
        system=row.get("system", ""),
        department=row.get("department", ""),
        applicants=tuple(row.get("for", [])),
        channels=tuple(_channel(name, shown) for name, shown in sorted(row.get("channels", {}).items())),
        papers=tuple((_text(n, 700), _count(o), _count(c)) for n, o, c in row.get("papers", [])),
        results=tuple((_text(name, 400), str(national)) for name, national in row.get("results", [])),
        basis=tuple(_text(act, 60) for act in row.get("basis", [])),
        decision=row.get("decision", ""),
        popular=_count(row.get("popular", 0)),
    )


def _channel(name: str, shown: dict[str, Any]) -> ChannelFact:
    _require(name in Channel.values, f"unknown channel {name!r}")
    value, unit = shown.get("time", [None, ""])
    unit = unit or TimeUnit.UNKNOWN.value
    _require(unit in TimeUnit.values, f"unknown unit of time {unit!r}")
    _require(
        value is None or (isinstance(value, int | float) and 0 < value < 1000),
        f"time {value!r} is not 0 to 1000",
    )
    fee = tuple(_count(amount) for amount in shown.get("fee", []))
    return ChannelFact(name, None if value is None else float(value), unit, fee)


def _text(value: Any, longest: int) -> str:
    _require(
        isinstance(value, str) and 0 < len(value) <= longest, f"a text of 1 to {longest} letters is expected"
    )
    return str(value)


def _count(value: Any) -> int:
    _require(
        isinstance(value, int) and not isinstance(value, bool) and value >= 0, f"{value!r} is not a count"
    )
    return int(value)


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise BadData(message)
