"""Filling the counted days: marked ones, all of them, and the nightly comparison that finds and mends drift.

Two fills may run at once: marks are taken with SKIP LOCKED, and the row of each day and unit is locked before it
is counted, so the later count always sees what the earlier one saw.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass

from django.db import connection, transaction
from django.db.models import Max, Min, Q
from django.utils import timezone
from psycopg import sql

from dossiers.models import Dossier
from reporting import counting, procedure_fill, seals, sums
from reporting.counting import Counts, Day, Pair
from reporting.facts import CODES
from reporting.marks import day_of
from reporting.models import Cause, DayCount, DirtyDay, FillState
from reporting.periods import month_of, months

logger = logging.getLogger(__name__)

TABLE = "reporting_daycount"
BATCH = 1000  # marks taken at once
PAIRS = 300  # days of units counted in one statement
KEPT_DIFFERENCES = 100
REBUILD_LOCK = 20_250_721  # an advisory lock of our own
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Difference:
    """One stored number that a new count does not confirm."""

    day: str
    unit: int
    fact: str
    stored: int
    counted: int


def fill_some() -> int:
    """Count the oldest marked days again and remove their marks; returns how many marks, 0 when none waits."""
    with transaction.atomic():
        marks = list(
            DirtyDay.objects.select_for_update(skip_locked=True)
            .order_by("pk")[:BATCH]
            .values_list("pk", "day", "unit_id")
        )
        pairs = sorted({(day, unit) for _, day, unit in marks})[:PAIRS]
        if not pairs:
            return 0
        _recount(pairs, Cause.EVENT)
        procedure_fill.stale(day for day, _unit in pairs)
        taken = set(pairs)
        done = [pk for pk, day, unit in marks if (day, unit) in taken]
        DirtyDay.objects.filter(pk__in=done).delete()
    return len(done)


def fill_all(limit: int = 500) -> int:
    """Fill until nothing is marked (or `limit` batches); returns how many marks were settled."""
    if state().contract != counting.contract():
        with _alone() as mine:
            if mine:
                rebuild()
    total = batches = 0
    while batches < limit and (done := fill_some()):
        total += done
        batches += 1
    procedure_fill.fill_stale()
    FillState.objects.update_or_create(pk=1, defaults={"filled_at": timezone.now()})
    return total


@contextlib.contextmanager
def _alone() -> Iterator[bool]:
    """Whether this is the only process counting everything again; the beat asks for it every few seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [REBUILD_LOCK])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [REBUILD_LOCK])


def state() -> FillState:
    """How the counting stands; an unsaved blank before the first fill."""
    return FillState.objects.filter(pk=1).first() or FillState(pk=1)


def _matching(pairs: Collection[Pair]) -> Q:
    condition = Q(pk__in=[])
    for day in {day for day, _ in pairs}:
        condition |= Q(day=day, unit_id__in=[unit for other, unit in pairs if other == day])
    return condition


def _lock(pairs: Collection[Pair]) -> dict[Pair, Counts]:
    """Lock the rows of these days of units, made where missing, always in the same order; their stored counts."""
    DayCount.objects.bulk_create(
        [DayCount(day=day, unit_id=unit) for day, unit in sorted(pairs)], ignore_conflicts=True
    )
    rows = DayCount.objects.filter(_matching(pairs)).order_by("day", "unit_id").select_for_update()
    return {(row.day, row.unit_id): _stored(row) for row in rows}


def _stored(row: DayCount) -> Counts:
    return {code: number for code in CODES if (number := getattr(row, code))}


def _fresh(pairs: Collection[Pair]) -> dict[Pair, Counts]:
    counted = {(day, unit): counts for day, unit, counts in counting.of_pairs(pairs) if day is not None}
    return {pair: counted.get(pair, {}) for pair in pairs}


def _recount(pairs: Collection[Pair], cause: Cause) -> list[Difference]:
    """Count these days of units again under their locks and store the counts; what was different before.

    What changes a sealed month is written down as a dated correction.
    """
    stored = _lock(pairs)
    fresh = _fresh(pairs)
    seals.correct(fresh, cause)
    now = timezone.now()
    DayCount.objects.bulk_create(
        [
            DayCount(day=day, unit_id=unit, filled_at=now, **_full(fresh[day, unit]))
            for day, unit in sorted(pairs)
        ],
        update_conflicts=True,
        unique_fields=["day", "unit"],
        update_fields=[*CODES, "filled_at"],
    )
    if changed := [pair for pair in pairs if stored.get(pair, {}) != fresh[pair]]:
        sums.keep(changed)
    return [found for pair in pairs for found in _differences(pair, stored.get(pair, {}), fresh[pair])]


def _full(counts: Counts) -> Counts:
    return {code: counts.get(code, 0) for code in CODES}


def _differences(pair: Pair, stored: Counts, counted: Counts) -> Iterator[Difference]:
    for code in CODES:
        before, after = stored.get(code, 0), counted.get(code, 0)
        if before != after:
            yield Difference(pair[0].isoformat(), pair[1], code, before, after)


# --- All of it -------------------------------------------------------------------------------------------------


def span() -> tuple[Day, Day] | None:
    """The first and the last day that can hold a count; None when there is nothing at all."""
    dossiers = Dossier.objects.aggregate(
        Min("filed_at"), Max("filed_at"), Max("accepted_at"), Max("finished_at"), Max("closed_at")
    )
    moments = [day_of(moment) for moment in dossiers.values() if moment]
    counted = DayCount.objects.aggregate(Min("day"), Max("day"))
    days = [*moments, *(day for day in counted.values() if day)]
    return (min(days), max(*days, day_of(timezone.now()))) if days else None


def rebuild(progress: Progress | None = None) -> int:
    """Count everything from nothing, a month per transaction; returns the number of stored rows.

    Boards go on reading. A second rebuild waits for the first one's month; marks that arrive meanwhile are
    settled by the next fill.
    """
    days = span()
    parts = months(*days) if days else []
    stored = 0
    for number, (first, last) in enumerate(parts, start=1):
        stored += _rebuild_days(first, last)
        if progress:
            progress(number, len(parts))
    FillState.objects.update_or_create(
        pk=1, defaults={"contract": counting.contract(), "rebuilt_at": timezone.now()}
    )
    return stored


def _rebuild_days(first: Day, last: Day) -> int:
    """Replace the rows of these days in one statement, counted by the database itself."""
    inner, params = counting.statement(first, last)
    columns = [sql.Identifier(code) for code in CODES]
    insert = sql.SQL(
        "INSERT INTO {table} (day, unit_id, {columns}) SELECT day, unit_id, {sums} FROM ("
    ).format(
        table=sql.Identifier(TABLE),
        columns=sql.SQL(", ").join(columns),
        sums=sql.SQL(", ").join(sql.SQL("sum({})").format(column) for column in columns),
    )
    names = sql.SQL(") AS counted (day, unit_id, {columns}) GROUP BY day, unit_id").format(
        columns=sql.SQL(", ").join(columns)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        # Fills wait for the month to be replaced; readers do not.
        cursor.execute(f'LOCK TABLE "{TABLE}" IN SHARE ROW EXCLUSIVE MODE')
        DayCount.objects.filter(day__range=(first, last)).delete()
        text = insert.as_string(cursor.cursor) + inner + names.as_string(cursor.cursor)
        cursor.execute(text, params)
        rows = cursor.rowcount
        seals.correct_month(month_of(first), Cause.REBUILD)
        sums.replace(month_of(first))
        procedure_fill.count_days(first, last)
        return rows


# --- The comparison ---------------------------------------------------------------------------------------------


def differences(first: Day, last: Day) -> tuple[int, set[Pair]]:
    """Rows compared, and the days of units whose stored counts a new count does not confirm; marked days apart."""
    marked = set(DirtyDay.objects.filter(day__range=(first, last)).values_list("day", "unit_id"))
    stored = {
        (row.day, row.unit_id): _stored(row)
        for row in DayCount.objects.filter(day__range=(first, last)).order_by("day", "unit_id").iterator()
    }
    fresh = counting.of_days(first, last)
    pairs = set(stored) | set(fresh)
    wrong = {pair for pair in pairs - marked if stored.get(pair, {}) != fresh.get(pair, {})}
    return len(pairs), wrong


def still_wrong(suspects: Collection[Pair]) -> list[Pair]:
    """Those of `suspects` a second look finds wrong too: not marked since, and stored counts still differ."""
    wrong: list[Pair] = []
    for batch in _batches(sorted(suspects)):
        fresh = _fresh(batch)
        stored = {
            (row.day, row.unit_id): _stored(row)
            for row in DayCount.objects.filter(_matching(batch)).order_by()
        }
        marked = set(DirtyDay.objects.filter(day__in={day for day, _ in batch}).values_list("day", "unit_id"))
        wrong += [pair for pair in batch if pair not in marked and stored.get(pair, {}) != fresh[pair]]
    return wrong


def _batches(pairs: list[Pair]) -> Iterator[list[Pair]]:
    for start in range(0, len(pairs), PAIRS):
        yield pairs[start : start + PAIRS]


def compare(progress: Progress | None = None) -> list[Difference]:
    """Compare every stored count with a new one; log, mend and return what differs (nothing, if all is well).

    A suspect is counted again under its lock before it is called a difference, so that a dossier that moved
    during the comparison is none.
    """
    days = span()
    parts = months(*days) if days else []
    rows, found = 0, []
    for number, (first, last) in enumerate(parts, start=1):
        compared, suspects = differences(first, last)
        rows += compared
        found += _mend(sorted(suspects))
        procedure_fill.mend(first, last)
        _mend_sums(month_of(first))
        if progress:
            progress(number, len(parts))
    for difference in found[:KEPT_DIFFERENCES]:
        logger.error("counts differ: %s", asdict(difference))
    FillState.objects.update_or_create(
        pk=1,
        defaults={
            "compared_at": timezone.now(),
            "compared_rows": rows,
            "difference_count": len(found),
            "differences": [asdict(difference) for difference in found[:KEPT_DIFFERENCES]],
        },
    )
    return found


def _mend_sums(month: Day) -> None:
    """Sums of a month that are not those of its days are written anew while no fill stores any."""
    if not (wrong := sums.differing(month)):
        return
    logger.error("sums differ from their days: %s", ", ".join(wrong[:KEPT_DIFFERENCES]))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'LOCK TABLE "{TABLE}" IN SHARE ROW EXCLUSIVE MODE')
        sums.replace(month)


def _mend(suspects: list[Pair]) -> list[Difference]:
    found: list[Difference] = []
    for batch in _batches(suspects):
        with transaction.atomic():
            marked = set(
                DirtyDay.objects.filter(day__in={day for day, _ in batch}).values_list("day", "unit_id")
            )
            certain = [pair for pair in batch if pair not in marked]
            if certain:
                found += _recount(certain, Cause.COMPARISON)
    return found


# --- The sealed months ------------------------------------------------------------------------------------------


def look_at_seals(today: Day) -> list[seals.Fault]:
    """Compare the sealed months with their seals and keep what was found for the boards; logged as errors."""
    _number, faults = seals.check(seals.recent(today))
    for fault in faults[:KEPT_DIFFERENCES]:
        logger.error("sealed month changed: %s", fault)
    FillState.objects.update_or_create(
        pk=1,
        defaults={
            "seals_checked_at": timezone.now(),
            "seal_fault_count": len(faults),
            "seal_faults": seals.as_data(faults, KEPT_DIFFERENCES),
        },
    )
    return faults
