"""One statement that counts every fact: for the fill, for the live part of a board, for the comparison."""

from __future__ import annotations

import datetime
import functools
import hashlib
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from django.db import connection
from django.db.models import DateField, F, Q, QuerySet, Value
from django.db.models.functions import TruncDate

from procedures.calendar import HANOI
from reporting import compiled
from reporting.compiled import Statement, Template, template
from reporting.facts import BASES, CODES, FACTS, STOCK, STOCK_BASES, STOCK_CODES, ZERO, Basis

Day = datetime.date
Pair = tuple[Day, int]  # a day of a unit
Counts = dict[str, int]
KEPT_RUNS = 8  # statements for more runs of days are built anew: they are rare and seldom of the same shape


def of_pairs(
    pairs: Collection[Pair], *, stock: Collection[int] | None = ()
) -> list[tuple[Day | None, int, Counts]]:
    """The counts of these days of units, newly counted in one statement; pairs that count nothing are absent.

    `stock` names units whose standing facts are counted too (None: of every unit); their day is None.
    """
    runs = tuple(_runs(pairs))
    if not runs and stock is not None and not stock:
        return []
    days = [day for first, last, _units in runs for day in (first, last)]
    lists = [_padded(units) for _first, _last, units in runs]
    standing = None if stock is None else _padded(stock)
    shape = tuple(len(units) for units in lists), None if standing is None else len(standing)
    made = (_template if len(runs) <= KEPT_RUNS else _built)(*shape)
    units = [unit for one in (*lists, standing or []) for unit in one]
    return _merged(made.filled(days, units), CODES + STOCK_CODES)


def of_days(first: Day, last: Day) -> dict[Pair, Counts]:
    """The counts of every unit for the days `first` to `last`, newly counted."""
    rows = _merged(statement(first, last), CODES)
    return {(day, unit): counts for day, unit, counts in rows if day is not None}


@compiled.of_days
def statement(first: Day, last: Day) -> QuerySet[Any, Any]:
    """The same as SQL with parameters: columns day, unit, then one per fact in the order of CODES, not yet summed."""
    return _united([_arm(basis, basis.between(first, last), stored=True) for basis in BASES])


@functools.cache
def contract() -> str:
    """The fingerprint of the definitions: it changes when any of them selects other rows."""
    sql, params = statement(datetime.date(2025, 7, 1), datetime.date(2025, 7, 2))
    return hashlib.sha256(f"{sql} {params} {CODES}".encode()).hexdigest()


def _padded(units: Collection[int]) -> list[int]:
    """`units` with one of them repeated up to a power of two: fewer statements of different shape, the same rows."""
    found = sorted(units)
    return found + found[-1:] * ((1 << (len(found) - 1).bit_length()) - len(found)) if found else []


def _built(lengths: tuple[int, ...], stock: int | None) -> Template:
    """The statement for runs of days with so many units each and the standing facts of `stock` units (None: of all)."""

    def build(days: Sequence[Day], units: Sequence[int]) -> QuerySet[Any, Any]:
        rest, runs = iter(units), []
        for number, length in enumerate(lengths):
            runs.append((days[2 * number], days[2 * number + 1], list(islice(rest, length))))
        standing = None if stock is None else list(rest)
        arms = [_arm(basis, _condition(basis, runs)) for basis in BASES] if runs else []
        if standing is None or standing:
            arms += [
                _arm(basis, Q() if standing is None else basis.of_units(standing)) for basis in STOCK_BASES
            ]
        return _united(arms)

    return template(build, 2 * len(lengths), sum(lengths) + (stock or 0))


_template = functools.lru_cache(maxsize=128)(_built)


def _condition(basis: Basis, runs: Iterable[tuple[Day, Day, Collection[int]]]) -> Q:
    """Rows of these days of units: one range per run."""
    condition = Q(pk__in=[])
    for first, last, units in runs:
        condition |= basis.between(first, last) & basis.of_units(units)
    return condition


def _runs(pairs: Collection[Pair]) -> Iterable[tuple[Day, Day, frozenset[int]]]:
    """One range per day, or per run of days that ask for the same units."""
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


def _united(arms: Sequence[QuerySet[Any]]) -> QuerySet[Any]:
    return arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]


def _merged(statement: Statement, codes: Sequence[str]) -> list[tuple[Day | None, int, Counts]]:
    """The rows of a statement as counts; after day and unit it has a column per code."""
    found: dict[tuple[Day | None, int], Counts] = {}
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        for day, unit, *numbers in cursor:
            counts = found.setdefault((day, unit), {})
            for code, number in zip(codes, numbers, strict=True):
                if number:
                    counts[code] = counts.get(code, 0) + int(number)
    return [(day, unit, counts) for (day, unit), counts in found.items()]


def add(total: Counts, more: Counts) -> None:
    """Add one set of counts to another, in place."""
    for code, number in more.items():
        if number:
            total[code] = total.get(code, 0) + number
