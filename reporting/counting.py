"""One statement that counts every fact: for the fill, for the live part of a board, for the comparison."""

from __future__ import annotations

import datetime
import functools
import hashlib
from collections.abc import Collection, Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import DateField, F, Q, QuerySet, Value
from django.db.models.functions import TruncDate

from procedures.calendar import HANOI
from reporting.facts import BASES, CODES, FACTS, STOCK, STOCK_BASES, STOCK_CODES, ZERO, Basis

Day = datetime.date
Pair = tuple[Day, int]  # a day of a unit
Counts = dict[str, int]


def of_pairs(
    pairs: Collection[Pair], *, stock: Collection[int] | None = ()
) -> list[tuple[Day | None, int, Counts]]:
    """The counts of these days of units, newly counted in one statement; pairs that count nothing are absent.

    `stock` names units whose standing facts are counted too (None: of every unit); their day is None.
    """
    arms = [_arm(basis, _condition(basis, pairs)) for basis in BASES] if pairs else []
    if stock is None or stock:
        arms += [_arm(basis, Q() if stock is None else basis.of_units(stock)) for basis in STOCK_BASES]
    return _merged(arms) if arms else []


def of_days(first: Day, last: Day) -> dict[Pair, Counts]:
    """The counts of every unit for the days `first` to `last`, newly counted."""
    arms = [_arm(basis, basis.between(first, last)) for basis in BASES]
    return {(day, unit): counts for day, unit, counts in _merged(arms) if day is not None}


def statement(first: Day, last: Day) -> tuple[str, tuple[Any, ...]]:
    """The same as SQL with parameters: columns day, unit, then one per fact in the order of CODES, not yet summed."""
    arms = [_arm(basis, basis.between(first, last), stored=True) for basis in BASES]
    return arms[0].union(*arms[1:], all=True).query.sql_with_params()


@functools.cache
def contract() -> str:
    """The fingerprint of the definitions: it changes when any of them selects other rows."""
    sql, params = statement(datetime.date(2025, 7, 1), datetime.date(2025, 7, 2))
    return hashlib.sha256(f"{sql} {params} {CODES}".encode()).hexdigest()


def _condition(basis: Basis, pairs: Collection[Pair]) -> Q:
    """Rows of these days of units: one range per day, or per run of days that ask for the same units."""
    condition = Q(pk__in=[])
    for first, last, units in _runs(pairs):
        condition |= basis.between(first, last) & basis.of_units(units)
    return condition


def _runs(pairs: Collection[Pair]) -> Iterable[tuple[Day, Day, frozenset[int]]]:
    by_day = [
        (day, frozenset(unit for _, unit in group))
        for day, group in groupby(sorted(set(pairs)), itemgetter(0))
    ]
    run: tuple[Day, Day, frozenset[int]] | None = None
    for day, units in by_day:
        if run and run[2] == units and day - run[1] == datetime.timedelta(days=1):
            run = (run[0], day, units)
            continue
        if run:
            yield run
        run = (day, day, units)
    if run:
        yield run


def _arm(basis: Basis, condition: Q, *, stored: bool = False) -> QuerySet[Any]:
    """The counts of one basis, grouped by day and unit; facts of other bases are 0, so that arms can be united."""
    codes = CODES if stored else CODES + STOCK_CODES
    own = {fact.code: fact.aggregate() for fact in (*FACTS, *STOCK) if fact.basis is basis}
    day: Any = Value(None, DateField()) if basis.is_stock else TruncDate(basis.moment, tzinfo=HANOI)
    rows = basis.all_rows().filter(condition).annotate(on_day=day, at_unit=F(f"{basis.unit}_id"))
    counted = rows.values("on_day", "at_unit").annotate(**{code: own.get(code, ZERO) for code in codes})
    return counted.values_list("on_day", "at_unit", *codes)


def _merged(arms: list[QuerySet[Any]]) -> list[tuple[Day | None, int, Counts]]:
    united = arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]
    found: dict[tuple[Day | None, int], Counts] = {}
    for day, unit, *numbers in united:
        counts = found.setdefault((day, unit), {})
        for code, number in zip(CODES + STOCK_CODES, numbers, strict=True):
            if number:
                counts[code] = counts.get(code, 0) + int(number)
    return [(day, unit, counts) for (day, unit), counts in found.items()]


def add(total: Counts, more: Counts) -> None:
    """Add one set of counts to another, in place."""
    for code, number in more.items():
        if number:
            total[code] = total.get(code, 0) + number
