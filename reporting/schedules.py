"""Which period a scheduled report covers on which day. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from reporting.models import Rhythm
from reporting.periods import ONE_DAY, Day, Period

MOST_CAUGHT_UP = 12  # periods a schedule makes up for at once after a long standstill


def period_of(rhythm: str, day: Day) -> Period:
    """The week (from Monday), month, quarter or year that holds `day`."""
    if rhythm == Rhythm.WEEK:
        first = day - day.weekday() * ONE_DAY
        return Period(first, first + 6 * ONE_DAY)
    months = {Rhythm.MONTH: 1, Rhythm.QUARTER: 3, Rhythm.YEAR: 12}[Rhythm(rhythm)]
    first = datetime.date(day.year, (day.month - 1) // months * months + 1, 1)
    return Period(first, _months_later(first, months) - ONE_DAY)


def _months_later(day: Day, months: int) -> Day:
    number = day.year * 12 + day.month - 1 + months
    return datetime.date(number // 12, number % 12 + 1, 1)


def issued_on(period: Period, issue_day: int) -> Day:
    """The day on which the report of `period` is made."""
    return period.last + issue_day * ONE_DAY


def due(rhythm: str, issue_day: int, since: Day, today: Day) -> Iterator[Period]:
    """The periods whose day of issue has come, newest first, down to the one that holds `since`."""
    period = period_of(rhythm, today)
    for _step in range(MOST_CAUGHT_UP + 1):
        if period.last < since:
            return
        if issued_on(period, issue_day) <= today:
            yield period
        period = period_of(rhythm, period.first - ONE_DAY)


def next_issue(rhythm: str, issue_day: int, today: Day) -> Day:
    """The next day on which a report is made after `today`."""
    period = period_of(rhythm, today - (issue_day + 1) * ONE_DAY)
    while issued_on(period, issue_day) <= today:
        period = period_of(rhythm, period.last + ONE_DAY)
    return issued_on(period, issue_day)
