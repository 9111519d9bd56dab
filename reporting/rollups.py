"""Reading the counts: stored days summed by the database, marked days counted at once, so boards are never stale.

Whatever the number of units or days, a board costs four queries: state and marks, sums by unit, sums by day, and
one statement for the marked days together with what stands now.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import JSONObject

from portal.lib import clock
from reporting import counting
from reporting.counting import Counts, Day, Pair, add
from reporting.facts import CODES
from reporting.models import DayCount, DirtyDay, FillState
from reporting.periods import Period

LIVE_PAIRS = 4000  # days of units counted at once on reading; beyond that the oldest wait for the fill
MARKS_READ = 20_000


@dataclass
class Figures:
    """The counts of a period for some units.

    `at` is the instant they stand for; `behind` names days whose counts still wait for the fill (normally none).
    """

    period: Period
    at: datetime.datetime
    by_unit: dict[int, Counts] = field(default_factory=dict)
    by_day: dict[Day, Counts] = field(default_factory=dict)
    state: FillState = field(default_factory=FillState)
    live_pairs: int = 0
    behind: list[Day] = field(default_factory=list)

    @property
    def rebuilding(self) -> bool:
        """Whether the stored counts were made with other definitions (or never) and are being made anew."""
        return self.state.contract != counting.contract()

    def of(self, units: Collection[int]) -> Counts:
        """The sum over some units."""
        return sum_of(self.by_unit, units)


def figures(period: Period, units: Collection[int] | None) -> Figures:
    """The counts of `period` for `units` (None: all), with marked days counted now."""
    state, marked = _state_and_marks(period, units)
    live, late = _split(marked)
    found = Figures(period, clock.now(), state=state, live_pairs=len(live))
    found.behind = sorted({day for day, _ in late})
    stored = _stored(period, units).exclude(_matching(live)) if live else _stored(period, units)
    for unit, *numbers in _sums(stored, "unit_id"):
        found.by_unit[unit] = _counts(numbers)
    for day, *numbers in _sums(stored, "day"):
        found.by_day[day] = _counts(numbers)
    for day, unit, counts in counting.of_pairs(live, stock=units):
        add(found.by_unit.setdefault(unit, {}), counts)
        if day is not None:
            add(found.by_day.setdefault(day, {}), counts)
    return found


def sum_of(by_unit: Mapping[int, Counts], units: Collection[int]) -> Counts:
    """The sum over some units."""
    total: Counts = {}
    for unit in units:
        add(total, by_unit.get(unit, {}))
    return total


def totals(period: Period, units: Collection[int] | None) -> dict[int, Counts]:
    """The counts of `period` by unit and nothing else, for a comparison: two queries, three while days are marked."""
    marks = DirtyDay.objects.filter(day__range=(period.first, period.last))
    if units is not None:
        marks = marks.filter(unit_id__in=list(units))
    live, _late = _split(set(marks.order_by().values_list("day", "unit_id").distinct()[:MARKS_READ]))
    stored = _stored(period, units).exclude(_matching(live)) if live else _stored(period, units)
    found = {unit: _counts(numbers) for unit, *numbers in _sums(stored, "unit_id")}
    for _day, unit, counts in counting.of_pairs(live) if live else ():
        add(found.setdefault(unit, {}), counts)
    return found


def _state_and_marks(period: Period, units: Collection[int] | None) -> tuple[FillState, set[Pair]]:
    marks = DirtyDay.objects.filter(day__range=(period.first, period.last))
    if units is not None:
        marks = marks.filter(unit_id__in=list(units))
    pairs = marks.order_by().values("day", "unit_id").distinct().values_list(JSONObject(d="day", u="unit_id"))
    rows = FillState.objects.filter(pk=1).annotate(marked=ArraySubquery(pairs[:MARKS_READ]))
    state: Any = rows.first()
    if state is None:  # nothing was ever filled: read the marks by themselves
        return FillState(pk=1), set(marks.order_by().values_list("day", "unit_id").distinct()[:MARKS_READ])
    return state, {(datetime.date.fromisoformat(mark["d"]), mark["u"]) for mark in state.marked}


def _split(marked: set[Pair]) -> tuple[set[Pair], set[Pair]]:
    """The pairs to count now (the newest) and those that have to wait."""
    newest = sorted(marked, reverse=True)
    return set(newest[:LIVE_PAIRS]), set(newest[LIVE_PAIRS:])


def _stored(period: Period, units: Collection[int] | None) -> QuerySet[DayCount]:
    rows = DayCount.objects.filter(day__range=(period.first, period.last))
    return rows if units is None else rows.filter(unit_id__in=list(units))


def _matching(pairs: set[Pair]) -> Q:
    by_day: dict[Day, list[int]] = {}
    for day, unit in pairs:
        by_day.setdefault(day, []).append(unit)
    condition = Q()
    for day, units in by_day.items():
        condition |= Q(day=day, unit_id__in=units)
    return condition


def _sums(rows: QuerySet[DayCount], key: str) -> QuerySet[Any, Any]:
    return (
        rows.order_by()
        .values(key)
        .annotate(**{f"n_{code}": Sum(code) for code in CODES})
        .values_list(key, *(f"n_{code}" for code in CODES))
    )


def _counts(numbers: Collection[Any]) -> Counts:
    return {code: int(number) for code, number in zip(CODES, numbers, strict=True) if number}
