"""The figures for everybody: a year by month and unit, small cells withheld; for page, open data and widget."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Unit
from portal.lib import clock
from reporting.counting import contract
from reporting.measures import MEASURE_BY_CODE
from reporting.models import FillState, MonthCount
from reporting.periods import Day, Period
from reporting.rollups import figures
from reporting.suppression import SMALL, Pair, Published, publish

Text = str | Promise
# Measures of which none is the sum or the rest of others: one withheld cannot be told from the rest.
MEASURES = ("online", "full-of-all", "on-time", "intake-8h", "paid-online", "e-result", "satisfaction")
FIRST_YEAR = 2025  # the units of today exist since 1 July 2025
KEPT_SECONDS = 300
LICENCE: Text = _(
    "Ai cũng được dùng lại các số liệu này, kể cả vì mục đích thương mại, miễn là ghi rõ nguồn và ngày lấy."
)


@dataclass(frozen=True)
class Indicator:
    """What is published: a measure of the contract."""

    code: str
    version: int
    title: Text
    wording: Text


@dataclass(frozen=True)
class Year:
    """A year as published: a table per indicator, by unit key and first day of the month (None: totals)."""

    year: int
    months: tuple[Day, ...]
    tables: Mapping[str, Published[int, Day]]
    at: datetime.datetime
    filled_at: datetime.datetime | None
    open_now: int | None
    late_now: int | None
    complete: bool

    def pair(self, code: str, unit: int | None, month: Day | None) -> Pair | None:
        """A cell; None where it is withheld. No dossiers at all: an empty pair."""
        return self.tables[code].shown(unit, month)

    def units(self) -> set[int]:
        """Units that had anything in the year."""
        return {row for table in self.tables.values() for row, _month in table.cells if row is not None}


def indicators() -> list[Indicator]:
    """Everything published, in order."""
    measures = (MEASURE_BY_CODE[code] for code in MEASURES)
    return [Indicator(one.code, one.version, one.title, one.wording) for one in measures]


def years(today: Day) -> list[int]:
    """The years there are figures of, newest first."""
    return list(range(today.year, FIRST_YEAR - 1, -1))


def months_of(year: int, today: Day) -> tuple[Day, ...]:
    """The first days of the months of `year` that have begun."""
    every = (datetime.date(year, number, 1) for number in range(1, 13))
    return tuple(month for month in every if month <= today)


def year_of(year: int) -> Year:
    """The year as published; counted at most every five minutes, the same for everybody."""
    today = clock.today()
    key = f"openness:{year}:{today}:{contract()[:16]}"
    found: Year | None = cache.get(key)
    if found is None:
        found = _count(year, today)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _count(year: int, today: Day) -> Year:
    months = months_of(year, today)
    current = today.replace(day=1) if today.year == year else None
    cells: dict[str, dict[tuple[int, Day], Pair]] = {code: {} for code in MEASURES}
    facts = sorted({fact.code for code in MEASURES for fact in _halves(code)})
    for row in _stored(year, current, facts):
        _add(cells, row["unit"], row["month"], row)
    open_now = late_now = None
    complete = True
    if current is not None:
        live = figures(Period(current, today), None)
        for unit, counts in live.by_unit.items():
            _add(cells, unit, current, {f"n_{code}": counts.get(code, 0) for code in facts})
        now = live.of(live.by_unit)
        open_now, late_now = now.get("open_now", 0), now.get("overdue_now", 0)
        complete = not (live.behind or live.rebuilding)
    state = FillState.objects.filter(pk=1).first()
    tables = {code: publish(table) for code, table in cells.items()}
    filled = state.filled_at if state else None
    return Year(year, months, tables, clock.now(), filled, open_now, late_now, complete)


def _halves(code: str) -> tuple[Any, Any]:
    measure = MEASURE_BY_CODE[code]
    return measure.numerator, measure.denominator


def _stored(year: int, before: Day | None, facts: list[str]) -> Any:
    rows = MonthCount.objects.filter(month__year=year).order_by()
    if before is not None:
        rows = rows.filter(month__lt=before)
    return rows.values("unit", "month", **{f"n_{code}": F(code) for code in facts})


def _add(
    cells: dict[str, dict[tuple[int, Day], Pair]], unit: int, month: Day, row: Mapping[str, Any]
) -> None:
    for code in MEASURES:
        above, below = _halves(code)
        pair = Pair(int(row[f"n_{above.code}"]), int(row[f"n_{below.code}"]))
        if pair.below:
            cells[code][unit, month] = pair


def unit_rows(found: Year) -> list[Unit]:
    """The units of a year, communes by name after the Centre, with everything the page needs (one query)."""
    return list(Unit.objects.filter(pk__in=found.units()).order_by("sort_key", "pk"))


def is_few(number: int | None) -> bool:
    """Whether a count by itself is withheld."""
    return number is not None and 0 < number < SMALL


HEADER = [
    "period",
    "unit_code",
    "unit_name",
    "indicator",
    "version",
    "numerator",
    "denominator",
    "value",
    "status",
]


def lines(found: Year) -> list[dict[str, Any]]:
    """The open data: a line per period (month, or the year), unit (or the city) and indicator."""
    units = unit_rows(found)
    city = Unit.objects.filter(kind="city").order_by("pk").first()
    places = [(None, city.code if city else "", city.full_name if city else "")]
    rows: list[tuple[int | None, str, str]] = [
        *places,
        *((unit.pk, unit.code, unit.full_name) for unit in units),
    ]
    return [
        {
            "period": f"{month:%Y-%m}" if month else str(found.year),
            "unit_code": code,
            "unit_name": name,
            "indicator": one.code,
            "version": one.version,
            **_values(found.pair(one.code, key, month)),
        }
        for month in (None, *found.months)
        for key, code, name in rows
        for one in indicators()
    ]


def _values(pair: Pair | None) -> dict[str, Any]:
    if pair is None:
        return {"numerator": None, "denominator": None, "value": None, "status": "suppressed"}
    if not pair.below:
        return {"numerator": 0, "denominator": 0, "value": None, "status": "no_data"}
    value = round(pair.above / pair.below, 6)
    return {"numerator": pair.above, "denominator": pair.below, "value": value, "status": "published"}
