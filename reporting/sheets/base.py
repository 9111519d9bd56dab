"""The shape of a report: tables of numbers with their headings, check sums and definitions; plain JSON when stored.

A cell holds the very number that page, XLSX and PDF show: shares are rounded here, once, by the rule of the boards
(99.96 % is not yet everything), so the three cannot differ.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portal.accounts.models import Unit
from portal.templatetags.portal import percent
from reporting.periods import Period
from reporting.wording import days, whole

Text = str | Promise
Value = int | float | str | None
COUNT, MONEY, SHARE, POINTS, DAYS, WORDS = "count", "money", "share", "points", "days", "words"


@dataclass(frozen=True)
class Asked:
    """What a report is made about: days, the unit on the letterhead, and the units counted."""

    period: Period
    unit: Unit
    keys: frozenset[int]
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class Column:
    """One column; `group` is the heading several neighbours share; `wide` asks for room for words."""

    title: str
    kind: str = COUNT
    group: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Line:
    """One line: its name and a value per column."""

    label: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Table:
    """A table; `heading` names what the lines are."""

    title: str
    heading: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    total: Line | None = None
    remark: str = ""


@dataclass(frozen=True)
class Check:
    """A sum that must be equal on both sides."""

    label: str
    left: int
    right: int

    @property
    def holds(self) -> bool:
        """Whether it is."""
        return self.left == self.right


@dataclass(frozen=True)
class Note:
    """A definition as printed: its title with the version, and lines of (what, how)."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sheet:
    """A whole report, in Vietnamese: papers are."""

    title: str
    form: str
    tables: tuple[Table, ...]
    notes: tuple[Note, ...]
    checks: tuple[Check, ...] = ()
    remarks: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain data, to be stored."""
        return asdict(self)

    @classmethod
    def of_json(cls, data: dict[str, Any]) -> Sheet:
        """The stored data again."""
        return cls(
            title=data["title"],
            form=data["form"],
            tables=tuple(_table(one) for one in data["tables"]),
            notes=tuple(
                Note(one["title"], tuple((what, how) for what, how in one["lines"])) for one in data["notes"]
            ),
            checks=tuple(Check(**one) for one in data["checks"]),
            remarks=tuple(data["remarks"]),
        )


def _line(data: dict[str, Any] | None) -> Line | None:
    return Line(data["label"], tuple(data["values"])) if data else None


def _table(data: dict[str, Any]) -> Table:
    lines = tuple(Line(one["label"], tuple(one["values"])) for one in data["lines"])
    columns = tuple(Column(**one) for one in data["columns"])
    return Table(data["title"], data["heading"], columns, lines, _line(data["total"]), data["remark"])


def share(above: int, below: int) -> float | None:
    """A share of 1 to three decimals, never rounded to nothing or everything; None with nothing to divide by."""
    if not below:
        return None
    value = above / below
    return round(min(max(value, 0.001 if value > 0 else 0.0), 0.999 if value < 1 else value), 3)


def cell_text(kind: str, value: Value) -> str:
    """A value as page and PDF show it."""
    if isinstance(value, str):
        return value
    if value is None:
        return "–" if kind == POINTS else _("Chưa có dữ liệu")
    if kind == SHARE:
        return percent(value)
    if kind == DAYS:
        return days(float(value))
    if kind == POINTS:
        return f"{value:.2f}".replace(".", ",")
    return whole(int(value))


@dataclass(frozen=True)
class Heading:
    """One cell of the first line of a heading: a group over several columns, or a column over both lines."""

    title: str
    span: int
    column: Column | None


@dataclass(frozen=True)
class Drawn:
    """A table ready to draw: both lines of its heading and every cell as text."""

    table: Table
    first: tuple[Heading, ...]
    second: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[tuple[str, Column], ...]], ...]
    total: tuple[str, tuple[tuple[str, Column], ...]] | None = field(default=None)

    @property
    def width(self) -> int:
        """How many columns, the name of the line included."""
        return len(self.table.columns) + 1


def drawn(table: Table) -> Drawn:
    """A table with its heading split into two lines where columns are grouped."""
    first: list[Heading] = []
    for column in table.columns:
        if not column.group:
            first.append(Heading(column.title, 1, column))
        elif first and first[-1].column is None and first[-1].title == column.group:
            first[-1] = Heading(column.group, first[-1].span + 1, None)
        else:
            first.append(Heading(column.group, 1, None))
    second = tuple(column for column in table.columns if column.group)
    rows = tuple(_texts(line, table.columns) for line in table.lines)
    return Drawn(
        table, tuple(first), second, rows, _texts(table.total, table.columns) if table.total else None
    )


def _texts(line: Line, columns: Collection[Column]) -> tuple[str, tuple[tuple[str, Column], ...]]:
    pairs = zip(line.values, columns, strict=True)
    return line.label, tuple((cell_text(column.kind, value), column) for value, column in pairs)


def days_of(period: Period) -> str:
    """ "Từ ngày 01/03/2026 đến ngày 31/03/2026", as papers say it."""
    return f"Từ ngày {_day(period.first)} đến ngày {_day(period.last)}"


def _day(day: datetime.date) -> str:
    return f"{day:%d/%m/%Y}"
