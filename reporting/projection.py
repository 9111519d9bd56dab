"""Where a share will stand when its period ends, and what would have to change. Pure.

The method, so that anybody can recompute it: what was counted until yesterday stands. For each working day left
(today included) the pace of the last `RECENT` working days over is added, numerator and denominator by
themselves. Fewer than `ENOUGH_DAYS` such days or `ENOUGH` dossiers in the period: no projection, "not enough
data". What is needed is how many more dossiers a working day must reach the numerator, beyond the pace, so that
the target is met at the end.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass

from procedures.calendar import WorkCalendar
from reporting.counting import Counts, Day
from reporting.measure import Measure
from reporting.periods import ONE_DAY, next_month

RECENT = 5
ENOUGH_DAYS = 3
ENOUGH = 20


@dataclass(frozen=True)
class Pace:
    """What was counted until yesterday, what of it in the last working days, and how many working days are left."""

    above: int
    below: int
    recent_above: int
    recent_below: int
    recent_days: int
    days_left: int

    @property
    def is_enough(self) -> bool:
        """Whether there is enough to say anything."""
        return self.recent_days >= ENOUGH_DAYS and self.below >= ENOUGH and self.days_left > 0


@dataclass(frozen=True)
class Projection:
    """The share at the end of the period.

    `needed`: more dossiers a working day than at the present pace for the target; 0 when the pace is enough, None
    without a target. `best`: the share if every dossier still to come were in the numerator; below the target
    nothing can be done any more.
    """

    value: float
    best: float
    needed: int | None
    days_left: int


def project(pace: Pace, target: float | None) -> Projection | None:
    """The projection of `pace` against `target` (a share of 1, at least); None when there is not enough data."""
    if not pace.is_enough:
        return None
    coming = pace.days_left / pace.recent_days
    above, below = pace.above + pace.recent_above * coming, pace.below + pace.recent_below * coming
    best = (pace.above + pace.recent_below * coming) / below
    needed = None
    if target is not None:
        missing = target * below - above
        # A rounding error of the quotient must not ask for one dossier more.
        needed = max(0, math.ceil(missing / pace.days_left - 1e-9))
    return Projection(above / below, best, needed, pace.days_left)


def pace_of(
    by_day: Mapping[Day, Counts], measure: Measure, calendar: WorkCalendar, first: Day, today: Day, end: Day
) -> Pace:
    """The pace of a period that began on `first` and will end on `end`, as of the morning of `today`."""
    worked = [day for day in _days(first, today - ONE_DAY) if calendar.is_working(day)][-RECENT:]
    above = below = recent_above = recent_below = 0
    for day, counts in by_day.items():
        if not first <= day < today:
            continue
        up, down = counts.get(measure.numerator.code, 0), counts.get(measure.denominator.code, 0)
        above, below = above + up, below + down
        if worked and day >= worked[0]:
            recent_above, recent_below = recent_above + up, recent_below + down
    left = sum(1 for day in _days(today, end) if calendar.is_working(day))
    return Pace(above, below, recent_above, recent_below, len(worked), left)


def _days(first: Day, last: Day) -> list[Day]:
    return [first + number * ONE_DAY for number in range(max((last - first).days + 1, 0))]


def ends(first: Day, last: Day, months: int, today: Day) -> datetime.date | None:
    """The day a period ends that is still running today: its last day, or the end of the month, quarter or year
    it follows (`months` long, 0: none). None for a period that is over, has not begun, or ends today by its name.
    """
    if not first <= today <= last:
        return None
    if last > today:
        return last
    if not months:
        return None
    end = first
    for _ in range(months):
        end = next_month(end)
    return end - ONE_DAY if end - ONE_DAY > today else None
