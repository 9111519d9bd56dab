"""Periods of a board: named ones, and any range of days."""

from __future__ import annotations

import calendar as monthly
import datetime
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Day = datetime.date
ONE_DAY = datetime.timedelta(days=1)


def month_of(day: Day) -> Day:
    """The first day of the month of `day`."""
    return day.replace(day=1)


def next_month(month: Day) -> Day:
    """The first day of the month after."""
    return month_of(month + 32 * ONE_DAY)


def months(first: Day, last: Day) -> list[tuple[Day, Day]]:
    """The days `first` to `last` cut at the ends of months."""
    parts = []
    while first <= last:
        end = min(last, next_month(month_of(first)) - ONE_DAY)
        parts.append((first, end))
        first = end + ONE_DAY
    return parts


class Preset(Enum):
    """The named periods, all ending today at the latest."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    LAST_MONTH = "last-month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def label(self) -> str | Promise:
        """As on the switch."""
        return {
            Preset.TODAY: _("Hôm nay"),
            Preset.WEEK: _("7 ngày"),
            Preset.MONTH: _("Tháng này"),
            Preset.LAST_MONTH: _("Tháng trước"),
            Preset.QUARTER: _("Quý này"),
            Preset.YEAR: _("Năm nay"),
        }[self]

    def days(self, today: Day) -> tuple[Day, Day]:
        """The first and the last day."""
        month = today.replace(day=1)
        if self is Preset.TODAY:
            return today, today
        if self is Preset.WEEK:
            return today - 6 * ONE_DAY, today
        if self is Preset.MONTH:
            return month, today
        if self is Preset.LAST_MONTH:
            return (month - ONE_DAY).replace(day=1), month - ONE_DAY
        if self is Preset.QUARTER:
            return month.replace(month=(today.month - 1) // 3 * 3 + 1), today
        return today.replace(month=1, day=1), today


@dataclass(frozen=True)
class Period:
    """The days `first` to `last`, both included; `preset` when it has a name."""

    first: Day
    last: Day
    preset: Preset | None = None

    @classmethod
    def named(cls, preset: Preset, today: Day) -> Period:
        """A named period as of `today`."""
        return cls(*preset.days(today), preset)

    @property
    def length(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def query(self) -> dict[str, str]:
        """What an address needs to come back to these very days."""
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}

    def days(self) -> list[Day]:
        """Every day in order."""
        return [self.first + number * ONE_DAY for number in range(self.length)]

    @property
    def months(self) -> int:
        """How many months the calendar period is long that this one follows from its first day: 1, 3, 12; 0: none."""
        named = {Preset.MONTH: 1, Preset.LAST_MONTH: 1, Preset.QUARTER: 3, Preset.YEAR: 12}
        if self.preset is not None:
            return named.get(self.preset, 0)
        if self.first.day != 1 or self.length == 1:
            return 0
        fits = (months for months in (1, 3, 12) if (self.first.month - 1) % months == 0)
        return next((months for months in fits if self.last < _later(self.first, months)), 0)

    def before(self) -> Period:
        """The last comparable period.

        A month, quarter or year so far is held against the same days of the one before; a single day against the
        same weekday of the week before, any other range against as many days just before it.
        """
        if self.months:
            return Period(_later(self.first, -self.months), _later(self.last, -self.months))
        back = 7 * ONE_DAY if self.length == 1 else self.length * ONE_DAY
        return Period(self.first - back, self.last - back)


def _later(day: Day, months: int) -> Day:
    """The same day of the month some months later; a month's last day stays one, and no day leaves its month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthly.monthrange(year, month + 1)[1]
    is_last = day.day == monthly.monthrange(day.year, day.month)[1]
    return datetime.date(year, month + 1, last if is_last else min(day.day, last))
