"""Periods held against earlier ones, and projections: pure, counted by hand."""

from __future__ import annotations

import datetime

import pytest

from procedures.calendar import WorkCalendar
from reporting.measures import MEASURE_BY_CODE
from reporting.periods import Period, Preset
from reporting.projection import Pace, ends, pace_of, project

DATE = datetime.date
CALENDAR = WorkCalendar(hours=((datetime.time(8), datetime.time(17)),), off={DATE(2026, 3, 9): "nghỉ bù"})
ONLINE = MEASURE_BY_CODE["online"]


@pytest.mark.parametrize(
    ("first", "last", "earlier"),
    [
        ("2026-03-01", "2026-03-16", "2026-02-01 2026-02-16"),  # a month so far
        ("2026-03-01", "2026-03-31", "2026-02-01 2026-02-28"),  # a whole month
        ("2026-03-01", "2026-03-30", "2026-02-01 2026-02-28"),  # no day leaves its month
        ("2026-01-01", "2026-01-10", "2025-12-01 2025-12-10"),
        ("2026-04-01", "2026-05-10", "2026-01-01 2026-02-10"),  # a quarter so far
        ("2026-01-01", "2026-11-26", "2025-01-01 2025-11-26"),  # a year so far
        ("2026-03-16", "2026-03-16", "2026-03-09 2026-03-09"),  # the same weekday
        ("2026-03-10", "2026-03-16", "2026-03-03 2026-03-09"),  # seven days
        ("2026-02-01", "2026-05-10", "2025-10-25 2026-01-31"),  # any range
    ],
)
def test_the_last_comparable_period(first: str, last: str, earlier: str) -> None:
    found = Period(DATE.fromisoformat(first), DATE.fromisoformat(last)).before()
    assert f"{found.first} {found.last}" == earlier


def test_named_periods_know_what_they_are() -> None:
    today = DATE(2026, 10, 5)
    assert Period.named(Preset.QUARTER, today).before() == Period(DATE(2026, 7, 1), DATE(2026, 7, 5))
    assert Period.named(Preset.MONTH, DATE(2026, 10, 1)).before() == Period(
        DATE(2026, 9, 1), DATE(2026, 9, 1)
    )
    assert Period.named(Preset.TODAY, DATE(2026, 10, 1)).months == 0


@pytest.mark.parametrize(
    ("first", "last", "months", "today", "end"),
    [
        ("2026-03-01", "2026-03-16", 1, "2026-03-16", "2026-03-31"),
        ("2026-01-01", "2026-03-16", 3, "2026-03-16", "2026-03-31"),
        ("2026-01-01", "2026-03-16", 12, "2026-03-16", "2026-12-31"),
        ("2026-03-10", "2026-03-20", 0, "2026-03-16", "2026-03-20"),  # a range that goes on
        ("2026-03-10", "2026-03-16", 0, "2026-03-16", None),  # seven days end today
        ("2026-02-01", "2026-02-28", 1, "2026-03-16", None),  # over
        ("2026-04-01", "2026-04-30", 1, "2026-03-16", None),  # not begun
        ("2026-03-01", "2026-03-31", 1, "2026-03-31", None),  # its last day
    ],
)
def test_when_a_running_period_ends(first: str, last: str, months: int, today: str, end: str | None) -> None:
    found = ends(DATE.fromisoformat(first), DATE.fromisoformat(last), months, DATE.fromisoformat(today))
    assert found == (DATE.fromisoformat(end) if end else None)


def test_a_projection_counted_by_hand() -> None:
    """50 of 100 so far; 30 of 50 in five days; ten days left: 110 of 200 at the end, 10 short of 60 %."""
    pace = Pace(above=50, below=100, recent_above=30, recent_below=50, recent_days=5, days_left=10)
    found = project(pace, 0.6)
    assert found is not None
    assert found.value == pytest.approx(110 / 200)
    assert found.needed == 1
    assert found.best == pytest.approx(150 / 200)
    assert project(pace, 0.55).needed == 0  # type: ignore[union-attr]  # exactly reached
    assert project(pace, 0.8).best < 0.8  # type: ignore[union-attr]  # out of reach
    assert project(pace, None).needed is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "pace",
    [
        Pace(10, 19, 10, 19, 5, 10),  # too few dossiers
        Pace(10, 200, 10, 50, 2, 10),  # too few days over
        Pace(10, 200, 10, 50, 5, 0),  # no working day left
        Pace(0, 0, 0, 0, 0, 20),
    ],
)
def test_too_little_to_say(pace: Pace) -> None:
    assert project(pace, 0.6) is None


def test_the_pace_counts_working_days_and_not_today() -> None:
    """As of Monday 16 March: the last five working days over are 6, 10 … 13 (the 9th is off)."""
    counts = {DATE(2026, 3, day): {"received": 10, "received_online": day} for day in range(1, 17)}
    pace = pace_of(counts, ONLINE, CALENDAR, DATE(2026, 3, 1), DATE(2026, 3, 16), DATE(2026, 3, 31))
    assert (pace.above, pace.below) == (sum(range(1, 16)), 150)
    assert (pace.recent_above, pace.recent_below) == (sum(range(6, 16)), 100)  # weekend days count for it too
    assert pace.recent_days == 5
    assert pace.days_left == 12
