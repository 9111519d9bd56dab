"""Counts by procedure: stored per day for the whole city, counted from the rows for some units.

Stored days whose figures may have changed are counted on the spot, as on every board; when more than
`LIVE_DAYS` of them wait, the oldest are read as stored and named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from procedures.calendar import HANOI
from procedures.models import Procedure
from reporting import compiled
from reporting.bases import ACCEPTED, FINISHED, ZERO, Basis
from reporting.counting import Counts, Day, add
from reporting.facts import FACT_BY_CODE
from reporting.measures import MAIN, MEASURE_BY_CODE
from reporting.models import DirtyDay, ProcedureCount, StaleDay
from reporting.periods import Period

CODES = tuple(
    dict.fromkeys(
        fact.code
        for code in MAIN
        for fact in (MEASURE_BY_CODE[code].numerator, MEASURE_BY_CODE[code].denominator)
    )
)
LIVE_DAYS = 7
_BASES = (ACCEPTED, FINISHED)


@dataclass
class ByProcedure:
    """Counts of a period by procedure (its key) and by day; `behind` names days that still wait for the fill."""

    period: Period
    by_procedure: dict[int, Counts] = field(default_factory=dict)
    by_day: dict[Day, Counts] = field(default_factory=dict)
    behind: list[Day] = field(default_factory=list)

    def take(self, day: Day, procedure: int, counts: Counts) -> None:
        """Add what one day of one procedure counts."""
        add(self.by_procedure.setdefault(procedure, {}), counts)
        add(self.by_day.setdefault(day, {}), counts)


def read(period: Period, units: Collection[int] | None, narrow: Q | None = None) -> ByProcedure:
    """The counts of `period` for `units` (None: the city, from the stored days); `narrow` is over the dossier.

    For the city `narrow` may only name `procedure` or `procedure__field__code`, which both tables know.
    """
    found = ByProcedure(period)
    narrow = narrow or Q()
    if units is not None:
        for day, procedure, counts in counted(period.first, period.last, narrow, units):
            found.take(day, procedure, counts)
        return found
    changed = _changed(period)
    live, found.behind = changed[:LIVE_DAYS], sorted(changed[LIVE_DAYS:])
    stored = ProcedureCount.objects.filter(narrow, day__range=(period.first, period.last)).exclude(
        day__in=live
    )
    for key, table in (("procedure_id", found.by_procedure), ("day", found.by_day)):
        for value, *numbers in _sums(stored, key):
            table[value] = _as_counts(numbers)
    for one in live:
        for day, procedure, counts in counted(one, one, narrow, None):
            found.take(day, procedure, counts)
    return found


def _changed(period: Period) -> list[Day]:
    """Days whose stored counts may be old, the newest first."""
    within = {"day__range": (period.first, period.last)}
    days = DirtyDay.objects.filter(**within).order_by().values_list("day")
    return sorted(
        (day for (day,) in days.union(StaleDay.objects.filter(**within).order_by().values_list("day"))),
        reverse=True,
    )


def _sums(rows: QuerySet[ProcedureCount], key: str) -> Iterable[Any]:
    sums = rows.order_by().values(key).annotate(**{f"n_{code}": Sum(code) for code in CODES})
    return sums.values_list(key, *(f"n_{code}" for code in CODES))


def _as_counts(numbers: Collection[Any]) -> Counts:
    return {code: int(number) for code, number in zip(CODES, numbers, strict=True) if number}


def counted(first: Day, last: Day, narrow: Q, units: Collection[int] | None) -> list[tuple[Day, int, Counts]]:
    """Days and procedures with what they count, from the dossiers, in one statement."""
    found: dict[tuple[Day, int], Counts] = {}
    for day, procedure, *numbers in _union(first, last, narrow, units, "procedure_id"):
        add(found.setdefault((day, procedure), {}), _as_counts(numbers))
    return [(day, procedure, counts) for (day, procedure), counts in found.items() if counts]


def by_unit(period: Period, units: Collection[int] | None, narrow: Q) -> dict[int, Counts]:
    """The counts of some dossiers by the unit each basis counts for, from the dossiers."""
    found: dict[int, Counts] = {}
    for _day, unit, *numbers in _union(period.first, period.last, narrow, units, ""):
        add(found.setdefault(unit, {}), _as_counts(numbers))
    return found


def _union(first: Day, last: Day, narrow: Q, units: Collection[int] | None, key: str) -> QuerySet[Any]:
    arms = [_arm(basis, first, last, narrow, units, key or f"{basis.unit}_id") for basis in _BASES]
    return arms[0].union(*arms[1:], all=True)


def _arm(
    basis: Basis, first: Day, last: Day, narrow: Q, units: Collection[int] | None, key: str
) -> QuerySet[Any]:
    own = {code: FACT_BY_CODE[code].aggregate() for code in CODES if FACT_BY_CODE[code].basis is basis}
    rows = basis.all_rows().filter(basis.between(first, last), narrow)
    if units is not None:
        rows = rows.filter(basis.of_units(units))
    rows = rows.annotate(on_day=TruncDate(basis.moment, tzinfo=HANOI), at_key=F(key))
    grouped = rows.values("on_day", "at_key").annotate(**{code: own.get(code, ZERO) for code in CODES})
    return grouped.values_list("on_day", "at_key", *CODES)


@compiled.of_days
def statement(first: Day, last: Day) -> QuerySet[Any, Any]:
    """The counting of the whole city as SQL: columns day, procedure, then one per code, not yet summed."""
    return _union(first, last, Q(), None, "procedure_id")


def titles(keys: Collection[int]) -> dict[int, Procedure]:
    """The procedures of these keys with their fields (one query)."""
    rows = Procedure.objects.filter(pk__in=keys).select_related("field").order_by("pk")
    return {row.pk: row for row in rows.only("code", "title", "short_title", "field__code", "field__name")}
