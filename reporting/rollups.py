"""Reading the counts: stored days summed by the database, marked days counted at once, so boards are never stale.

Whatever the number of units or days, a board costs four queries: state and marks, sums by unit, sums by day, and
one statement for the marked days together with what stands now.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models.functions import JSONObject

from portal.lib import clock
from reporting import counting
from reporting.counting import Counts, Day, Pair, add
from reporting.facts import CODES
from reporting.models import DirtyDay, FillState
from reporting.periods import ONE_DAY, Period, month_of, months, next_month

LIVE_PAIRS = 4000  # days of units counted at once on reading; beyond that the oldest wait for the fill
MARKS_READ = 20_000
_AMONG = "(day, unit_id) IN (SELECT * FROM unnest(%s::date[], %s::bigint[]))"
_SUMS = ", ".join(f"sum({code})::bigint" for code in CODES)


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
    whole, rest = _cut(period)
    arms = []
    if whole:
        arms.append(_Arm("monthcount", "month", "unit_id", [(whole[0], whole[-1])]))
    if rest:
        arms.append(_Arm("daycount", "day", "unit_id", rest))
    if whole and live:
        arms.append(
            _Arm("daycount", "day", "unit_id", [(whole[0], next_month(whole[-1]) - ONE_DAY)], sign=-1)
        )
    return _added(arms, units, live)


def _by_day(period: Period, units: Collection[int] | None, live: set[Pair]) -> dict[Day, Counts]:
    """The same by day; all units from the sums of the city."""
    days = [(period.first, period.last)]
    if units is not None:
        return _added([_Arm("daycount", "day", "day", days)], units, live)
    arms = [_Arm("citydaycount", "day", "day", days)]
    if live:
        arms.append(_Arm("daycount", "day", "day", days, sign=-1))
    return _added(arms, None, live)


def _cut(period: Period) -> tuple[list[Day], list[tuple[Day, Day]]]:
    """The months that lie in the period whole (this month up to today is whole), and the days before and after."""
    today, whole, rest = clock.today(), [], []
    for first, last in months(period.first, period.last):
        if first == month_of(first) and (last + ONE_DAY == next_month(first) or first <= today <= last):
            whole.append(first)
        else:
            rest.append((first, last))
    return whole, rest


@dataclass(frozen=True)
class _Arm:
    """Rows of a table whose `moment` lies in one of `ranges`, summed by `key`; taken away with sign -1.

    Stored days that are counted now are left out where they would be added, and are all that is taken away.
    """

    table: str
    moment: str
    key: str
    ranges: Sequence[tuple[Day, Day]]
    sign: int = 1

    def sql(self, units: Collection[int] | None, live: set[Pair]) -> tuple[str, list[Any]]:
        """The statement and its parameters."""
        where = " OR ".join([f"{self.moment} BETWEEN %s AND %s"] * len(self.ranges))
        params: list[Any] = [day for one in self.ranges for day in one]
        where = f"({where})"
        if units is not None:
            where += " AND unit_id = ANY(%s)"
            params.append(list(units))
        if live and self.table == "daycount":
            where += f" AND {'' if self.sign < 0 else 'NOT '}{_AMONG}"
            params += [[day for day, _unit in live], [unit for _day, unit in live]]
        text = f"SELECT {self.key}, {self.sign}, {_SUMS} FROM reporting_{self.table} WHERE {where} GROUP BY 1"  # noqa: S608 - names of our own
        return text, params


def _added(arms: Sequence[_Arm], units: Collection[int] | None, live: set[Pair]) -> dict[Any, Counts]:
    """The sums of some arms; in one statement, so that all are of one moment. Django would take longer to build it.

    What is taken away comes last.
    """
    if not arms:
        return {}
    parts = [arm.sql(units, live) for arm in arms]
    found: dict[Any, Counts] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(text for text, _ in parts), [one for _, params in parts for one in params]
        )
        for each, sign, *numbers in cursor.fetchall():
            counts = {code: sign * number for code, number in zip(CODES, numbers, strict=True) if number}
            if each not in found:
                found[each] = counts
                continue
            add(found[each], counts)
            if sign < 0:
                found[each] = {code: number for code, number in found[each].items() if number}
    return found
