"""I5: the stored counts are what a new count gives. I9: closed months are as they were sealed."""

from __future__ import annotations

from collections.abc import Callable

from reporting import counting, fill, procedure_fill, seals, sums
from reporting.checks.base import Report
from reporting.models import Adjustment, DayCount, DirtyDay, ProcedureCount
from reporting.periods import month_of, months


def check(progress: Callable[[int, int], None] | None = None) -> Report:
    """Every stored row against a new count; marked days are still to be counted and are said apart."""
    report = Report("I5", "stored counts = recomputation")
    days = fill.span()
    for number, (first, last) in enumerate(parts := months(*days) if days else [], start=1):
        rows, suspects = fill.differences(first, last)
        report.count("days of units", rows)
        for what in sums.differing(month_of(first)):
            report.find(f"{what} is not the sum of its days")
        for day in procedure_fill.differing(first, last):
            report.find(f"{day}: counts by procedure are not those by unit")
        for day, unit in fill.still_wrong(suspects):
            report.find(f"{day} unit {unit}: stored counts differ from a new count")
        if progress:
            progress(number, len(parts))
    report.count("stored rows", DayCount.objects.count())
    report.count("stored rows by procedure", ProcedureCount.objects.count())
    report.waiting["marked days of units"] = DirtyDay.objects.values("day", "unit").distinct().count()
    if days and DayCount.objects.exists() and fill.state().contract != counting.contract():
        report.find("the counts were made with other definitions than the program's")
    return report


def check_seals() -> Report:
    """Every sealed month: its seal and the chain, its sealed counts, the stored counts, its events and ledger."""
    report = Report("I9", "closed months are as they were sealed")
    months, faults = seals.check()
    report.count("sealed months", months)
    report.count("corrections", Adjustment.objects.count())
    for fault in faults:
        report.find(str(fault))
    return report
