"""Periods of a board: named ones, and any range of days."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Day = datetime.date
ONE_DAY = datetime.timedelta(days=1)


class Preset(Enum):
    """The named periods, all ending today at the latest."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    LAST_MONTH = "last-month"
    YEAR = "year"

    @property
    def label(self) -> str | Promise:
        """As on the switch."""
        return {
            Preset.TODAY: _("Hôm nay"),
            Preset.WEEK: _("7 ngày"),
            Preset.MONTH: _("Tháng này"),
            Preset.LAST_MONTH: _("Tháng trước"),
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
