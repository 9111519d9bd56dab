"""Sums of the stored days: by month and unit, and by day for the whole city. What a board of a year reads.

They are summed anew, under locks, in the transaction that stores the days, so whoever reads in one statement sees days
and sums that agree; the nightly comparison and the look at the seals compare them all the same.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection

from reporting.counting import Day, Pair
from reporting.facts import CODES
from reporting.models import CityDayCount, MonthCount
from reporting.periods import month_of, next_month

_COLUMNS = ", ".join(CODES)
_ZEROS = ", ".join("0" for _code in CODES)
_SUMS = ", ".join(f"coalesce(sum({code}), 0)" for code in CODES)


@dataclass(frozen=True)
class _Kind:
    """A table of sums: `keys` name its row, `matching` finds the stored days (d) of a row (s)."""

    table: str
    keys: str
    types: str
    grouped: str
    matching: str

    def lock(self) -> str:
        """Make the rows where missing and hold them, always in the same order."""
        first = self.keys.split(", ")[0]
        return (
            f"INSERT INTO {self.table} ({self.keys}, {_COLUMNS})"  # noqa: S608 - names of our own
            f" SELECT {self.keys}, {_ZEROS} FROM unnest({self.types}) AS k ({self.keys})"
            f" ORDER BY {self.keys} ON CONFLICT ({self.keys}) DO UPDATE SET {first} = excluded.{first}"
        )

    def keep(self) -> str:
        """Sum the rows anew: a statement of its own, so that it sees what the holder before committed."""
        same = " AND ".join(f"s.{key} = k.{key}" for key in self.keys.split(", "))
        return (
            f"UPDATE {self.table} s SET ({_COLUMNS}) = (SELECT {_SUMS} FROM reporting_daycount d WHERE"  # noqa: S608 - names of our own
            f" {self.matching}) FROM unnest({self.types}) AS k ({self.keys}) WHERE {same}"
        )

    def replace(self) -> str:
        """Write the rows of some days from nothing."""
        return (
            f"INSERT INTO {self.table} ({self.keys}, {_COLUMNS}) SELECT {self.grouped}, {_SUMS}"  # noqa: S608 - names of our own
            " FROM reporting_daycount d WHERE day >= %s AND day < %s GROUP BY"
            f" {', '.join(str(number + 1) for number in range(len(self.keys.split(', '))))}"
        )

    def differing(self) -> str:
        """The rows of some days that are not the sums of their days; one that is missing counts as zeros."""
        zeros = " AND ".join(f"{code} = 0" for code in CODES)
        first = self.keys.split(", ")[0]
        between = f"{first} >= %s AND {first} < %s"
        return (
            f"(SELECT {self.keys} FROM (SELECT {self.keys}, {_COLUMNS} FROM {self.table} WHERE {between} AND NOT"  # noqa: S608 - names of our own
            f" ({zeros}) EXCEPT SELECT {self.grouped}, {_SUMS} FROM reporting_daycount d WHERE day >= %s AND day < %s"
            f" GROUP BY {self.grouped}) AS more) UNION (SELECT {self.keys} FROM (SELECT {self.grouped}, {_SUMS} FROM"
            f" reporting_daycount d WHERE day >= %s AND day < %s GROUP BY {self.grouped} EXCEPT SELECT {self.keys},"
            f" {_COLUMNS} FROM {self.table} WHERE {between}) AS less ({self.keys}, {_COLUMNS}) WHERE NOT ({zeros}))"
            f" ORDER BY 1"
        )


_MONTHS = _Kind(
    "reporting_monthcount",
    "month, unit_id",
    "%s::date[], %s::bigint[]",
    "date_trunc('month', day)::date, unit_id",
    "d.unit_id = s.unit_id AND d.day >= s.month AND d.day < (s.month + interval '1 month')::date",
)
_DAYS = _Kind("reporting_citydaycount", "day", "%s::date[]", "day", "d.day = s.day")


def keep(pairs: Collection[Pair]) -> None:
    """Sum anew what these days of units are part of; in the transaction that stored them."""
    months = sorted({(month_of(day), unit) for day, unit in pairs})
    _keep(_MONTHS, [month for month, _unit in months], [unit for _month, unit in months])
    _keep(_DAYS, sorted({day for day, _unit in pairs}))


def _keep(kind: _Kind, *keys: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(kind.lock(), keys)
        cursor.execute(kind.keep(), keys)


def replace(month: Day) -> None:
    """The sums of a month from nothing; in the transaction that holds the table of the stored days."""
    limits = [month, next_month(month)]
    MonthCount.objects.filter(month=month).delete()
    CityDayCount.objects.filter(day__gte=limits[0], day__lt=limits[1]).delete()
    with connection.cursor() as cursor:
        for kind in (_MONTHS, _DAYS):
            cursor.execute(kind.replace(), limits)


def differing(month: Day) -> list[str]:
    """The sums of a month that are not those of its stored days, in words for the log; none, if all is well."""
    limits, found = [month, next_month(month)], []
    with connection.cursor() as cursor:
        for kind in (_MONTHS, _DAYS):
            cursor.execute(kind.differing(), limits * 4)
            found += [f"{kind.table}: {' unit '.join(map(str, row))}" for row in cursor.fetchall()]
    return found
