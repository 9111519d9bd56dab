"""Storing the counts by procedure, a day at a time, after the days of its units.

The fill that counts units of a day again writes a `StaleDay` in the same transaction; here such days are counted
anew. Two at once are safe: a day is locked (by an advisory lock of its own) before it is counted, so whoever
stores later has also looked later.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from reporting import by_procedure
from reporting.by_procedure import CODES
from reporting.counting import Counts, Day
from reporting.models import DayCount, DirtyDay, ProcedureCount, StaleDay

logger = logging.getLogger(__name__)

LOCK = 20_250_722  # the first half of the advisory locks of the days
_INSERT = (
    f"INSERT INTO reporting_procedurecount (day, procedure_id, {', '.join(CODES)}) SELECT day, procedure_id, "  # noqa: S608 - names of our own columns
    f"{', '.join(f'sum({code})' for code in CODES)} FROM ("
)
_NAMES = (
    f") AS counted (day, procedure_id, {', '.join(CODES)}) GROUP BY day, procedure_id "
    f"HAVING {' + '.join(f'sum({code})' for code in CODES)} > 0"
)


def stale(days: Iterable[Day]) -> None:
    """Note that these days changed; in the transaction that counted their units again."""
    StaleDay.objects.bulk_create([StaleDay(day=day) for day in sorted(set(days))])


def fill_stale() -> int:
    """Count every noted day again; returns how many days."""
    done = 0
    while _fill_one():
        done += 1
    return done


def _fill_one() -> bool:
    with transaction.atomic():
        first = StaleDay.objects.select_for_update(skip_locked=True).order_by("-day", "pk").first()
        if first is None:
            return False
        marks = StaleDay.objects.select_for_update(skip_locked=True).filter(day=first.day).order_by("pk")
        taken = list(marks.values_list("pk", flat=True))
        count_days(first.day, first.day)
        StaleDay.objects.filter(pk__in=taken).delete()
    return True


def count_days(first: Day, last: Day) -> int:
    """Replace the rows of these days, counted by the database itself; returns how many rows."""
    inner, params = by_procedure.statement(first, last)
    with transaction.atomic(), connection.cursor() as cursor:
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, ordinal])
        ProcedureCount.objects.filter(day__range=(first, last)).delete()
        cursor.execute(_INSERT + inner + _NAMES, params)
        return int(cursor.rowcount)


def differing(first: Day, last: Day) -> list[Day]:
    """Days whose sums by procedure are not the sums by unit, days still to be counted apart.

    A dossier never changes its procedure, so the sums of a day are enough to find a lost count.
    """
    waiting = set(DirtyDay.objects.filter(day__range=(first, last)).order_by().values_list("day", flat=True))
    waiting |= set(StaleDay.objects.filter(day__range=(first, last)).order_by().values_list("day", flat=True))
    left, right = _by_day(DayCount, first, last), _by_day(ProcedureCount, first, last)
    return sorted(
        day for day in (set(left) | set(right)) - waiting if left.get(day, {}) != right.get(day, {})
    )


def _by_day(model: type[DayCount | ProcedureCount], first: Day, last: Day) -> dict[Day, Counts]:
    rows = model._default_manager.filter(day__range=(first, last)).order_by().values("day")
    sums: Any = rows.annotate(**{f"n_{code}": Sum(code) for code in CODES})
    found = {row["day"]: {code: int(row[f"n_{code}"]) for code in CODES if row[f"n_{code}"]} for row in sums}
    return {day: counts for day, counts in found.items() if counts}


def mend(first: Day, last: Day) -> list[Day]:
    """Count the differing days again; returns them (none, if all is well)."""
    found = differing(first, last)
    for day in found:
        logger.error("counts by procedure differ from those by unit: %s", day)
        count_days(day, day)
    return found
