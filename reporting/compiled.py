"""Statements that differ in nothing but days and units: Django builds each shape once, later ones are filled in.

Building the statement that counts every fact takes Django longer than running it takes PostgreSQL.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from reporting.bases import midnight

Day = datetime.date
Statement = tuple[str, tuple[Any, ...]]
Build = Callable[[Sequence[Day], Sequence[int]], "QuerySet[Any, Any]"]
_FIRST = datetime.date(2900, 1, 1)  # stand-ins no dossier and no unit has
_APART = datetime.timedelta(days=10)
_AFTER = datetime.timedelta(days=1)
_UNIT = -2_000_000_000


@dataclass(frozen=True)
class Slot:
    """Where a day's first instant (or the next day's) or a unit goes."""

    number: int
    is_day: bool
    after: bool = False


@dataclass(frozen=True)
class Template:
    """SQL whose parameters are values or slots."""

    sql: str
    params: tuple[Any, ...]

    def filled(self, days: Sequence[Day], units: Sequence[int]) -> Statement:
        """The statement for these days and units, as many as it was built for."""
        return self.sql, tuple(
            self._value(one, days, units) if isinstance(one, Slot) else one for one in self.params
        )

    @staticmethod
    def _value(slot: Slot, days: Sequence[Day], units: Sequence[int]) -> Any:
        if not slot.is_day:
            return units[slot.number]
        return midnight(days[slot.number] + _AFTER if slot.after else days[slot.number])


def template(build: Build, days: int, units: int) -> Template:
    """What `build` makes of `days` days and `units` units, with slots in their places.

    Raises ValueError when the statement leaves a day or a unit out: it would count the wrong rows for ever.
    """
    stand_in_days = [_FIRST + number * _APART for number in range(days)]
    stand_in_units = [_UNIT + number for number in range(units)]
    slots: dict[Any, Slot] = {unit: Slot(number, is_day=False) for number, unit in enumerate(stand_in_units)}
    for number, day in enumerate(stand_in_days):
        slots[midnight(day)] = Slot(number, is_day=True)
        slots[midnight(day + _AFTER)] = Slot(number, is_day=True, after=True)
    sql, params = build(stand_in_days, stand_in_units).query.sql_with_params()
    found = tuple(slots.get(one, one) if isinstance(one, datetime.datetime | int) else one for one in params)
    seen = {(one.is_day, one.number) for one in found if isinstance(one, Slot)}
    if len(seen) != days + units:
        raise ValueError(f"{days} days and {units} units were asked for, the statement names {len(seen)}")
    return Template(sql, found)


def of_days(build: Callable[[Day, Day], QuerySet[Any, Any]]) -> Callable[[Day, Day], Statement]:
    """The statement of `build` for a first and a last day: built at the first question, then filled in."""

    @functools.cache
    def made() -> Template:
        return template(lambda days, _units: build(*days), 2, 0)

    @functools.wraps(build)
    def statement(first: Day, last: Day) -> Statement:
        return made().filled([first, last], [])

    return statement
