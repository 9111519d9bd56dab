"""Reading the counts: stored days summed by the database, marked days counted at once, so boards are never stale.

Whatever the number of units or days, a board costs four queries: state and marks, sums by unit, sums by day, and
one statement for the marked days together with what stands now.
"""

from __future__ import annotations

import datetime
import functools
import operator
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import IntegerField, Q, QuerySet, Sum, Value
from django.db.models.functions import JSONObject

from portal.lib import clock
from reporting import counting
from reporting.counting import Counts, Day, Pair, add
from reporting.facts import CODES
from reporting.models import CityDayCount, DayCount, DirtyDay, FillState, MonthCount
from reporting.periods import ONE_DAY, Period, month_of, next_month

_Part = tuple[int, QuerySet[Any, Any]]

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
    found.by_unit = _by_unit(period, units, live)
    found.by_day = _by_day(period, units, live)
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
    found = _by_unit(period, units, live)
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


def _by_unit(period: Period, units: Collection[int] | None, live: set[Pair]) -> dict[int, Counts]:
    """The stored counts by unit without the days of units in `live`: whole months from their sums, the rest by day."""
    months, rest = _cut(period)
    within = Q(day__range=(months[0], next_month(months[-1]) - ONE_DAY)) if months else Q(pk__in=[])
    parts: list[_Part] = []
    if months:
        parts.append((1, MonthCount.objects.filter(month__range=(months[0], months[-1]))))
        if live:
            parts.append((-1, DayCount.objects.filter(within & _matching(live))))
    if rest:
        beside = DayCount.objects.filter(functools.reduce(operator.or_, (Q(day__range=one) for one in rest)))
        parts.append((1, beside.exclude(_matching(live)) if live else beside))
    return _added(parts, "unit_id", units)


def _by_day(period: Period, units: Collection[int] | None, live: set[Pair]) -> dict[Day, Counts]:
    """The same by day; all units from the sums of the city."""
    days = Q(day__range=(period.first, period.last))
    if units is not None:
        rows = DayCount.objects.filter(days)
        return _added([(1, rows.exclude(_matching(live)) if live else rows)], "day", units)
    parts: list[_Part] = [(1, CityDayCount.objects.filter(days))]
    if live:
        parts.append((-1, DayCount.objects.filter(days & _matching(live))))
    return _added(parts, "day", units)


def _cut(period: Period) -> tuple[list[Day], list[tuple[Day, Day]]]:
    """The months that lie in the period whole (this month up to today is whole), and the days before and after."""
    today, months, rest = clock.today(), [], []
    first = period.first
    while first <= period.last:
        end = next_month(month_of(first)) - ONE_DAY
        if first == month_of(first) and (end <= period.last or first <= today <= period.last):
            months.append(first)
        else:
            rest.append((first, min(end, period.last)))
        first = end + ONE_DAY
    return months, rest


def _matching(pairs: set[Pair]) -> Q:
    by_day: dict[Day, list[int]] = {}
    for day, unit in pairs:
        by_day.setdefault(day, []).append(unit)
    condition = Q()
    for day, units in by_day.items():
        condition |= Q(day=day, unit_id__in=units)
    return condition


def _added(parts: Iterable[_Part], key: str, units: Collection[int] | None) -> dict[Any, Counts]:
    """The sums of some rows by `key`, added or taken away; in one statement, so that all are of one moment."""
    arms = [
        _sums(rows if units is None else rows.filter(unit_id__in=list(units)), key, sign)
        for sign, rows in parts
    ]
    if not arms:
        return {}
    found: dict[Any, Counts] = {}
    for each, sign, *numbers in arms[0].union(*arms[1:], all=True) if arms[1:] else arms[0]:
        add(found.setdefault(each, {}), _counts(numbers, sign))
    return {
        each: {code: number for code, number in counts.items() if number} for each, counts in found.items()
    }


def _sums(rows: QuerySet[Any, Any], key: str, sign: int) -> QuerySet[Any, Any]:
    return (
        rows.order_by()
        .values(key)
        .annotate(sign=Value(sign, output_field=IntegerField()), **{f"n_{code}": Sum(code) for code in CODES})
        .values_list(key, "sign", *(f"n_{code}" for code in CODES))
    )


def _counts(numbers: Collection[Any], sign: int) -> Counts:
    return {code: sign * int(number) for code, number in zip(CODES, numbers, strict=True) if number}
