"""Working time, pure: office hours, days off, make-up days. Aware instants in and out, dates are Hanoi's.

Rules: domain facts 4.1-4.5 (working days skip weekends and days off, make-up Saturdays count; Civil Code 2015
art. 146-148 for days and months). Intervals are half-open, but an instant exactly at closing time stays on its
day as the end of work.
"""

from __future__ import annotations

import calendar as monthly
import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from portal.accounts.models import Unit

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
ONE_DAY = datetime.timedelta(days=1)
_LONGEST = 400  # days looked ahead for the next open hour before giving up


@dataclass(frozen=True)
class WorkCalendar:
    """Office hours of a working day and the days that are not what their weekday says.

    `hours` are (open, close) local times in order; `off` and `work` are local dates with their names.
    """

    hours: tuple[tuple[datetime.time, datetime.time], ...]
    off: dict[datetime.date, str] = field(default_factory=dict)
    work: dict[datetime.date, str] = field(default_factory=dict)

    def is_working(self, day: datetime.date) -> bool:
        """Whether offices are open on `day`."""
        return day in self.work or (day.weekday() < 5 and day not in self.off)

    @property
    def minutes_per_day(self) -> int:
        """Working minutes of a full day."""
        return sum(_minutes(close) - _minutes(start) for start, close in self.hours)

    def intervals(self, day: datetime.date) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
        """The working intervals of `day`, none on a day off."""
        if self.is_working(day):
            for start, close in self.hours:
                yield _at(day, start), _at(day, close)

    def closing(self, day: datetime.date) -> datetime.datetime:
        """When offices close on `day` (by its usual hours, working day or not)."""
        return _at(day, self.hours[-1][1])

    def opening_at_or_after(self, instant: datetime.datetime) -> datetime.datetime:
        """`instant` when offices are open, else the next opening. Closing time itself is closed."""
        day = instant.astimezone(HANOI).date()
        for _ in range(_LONGEST):
            for start, close in self.intervals(day):
                if instant < close:
                    return max(instant.astimezone(HANOI), start)
            day += ONE_DAY
        raise ValueError("no working time within a year: the calendar is empty")

    def next_working_day(self, day: datetime.date) -> datetime.date:
        """The first working day after `day`."""
        return self.working_day_at_or_after(day + ONE_DAY)

    def working_day_at_or_after(self, day: datetime.date) -> datetime.date:
        """`day` when it is worked, else the next one that is."""
        for offset in range(_LONGEST):
            if self.is_working(day + offset * ONE_DAY):
                return day + offset * ONE_DAY
        raise ValueError("no working day within a year: the calendar is empty")

    def add_minutes(self, start: datetime.datetime, minutes: int) -> datetime.datetime:
        """The instant when `minutes` of working time have passed since `start`."""
        return self.add(start, datetime.timedelta(minutes=minutes))

    def add(self, start: datetime.datetime, span: datetime.timedelta) -> datetime.datetime:
        """The instant when `span` of working time has passed since `start`, to the microsecond."""
        instant = self.opening_at_or_after(start)
        day, left = instant.date(), span
        while True:
            for begin, close in self.intervals(day):
                begin = max(begin, instant)
                if begin < close and left <= close - begin:
                    return begin + left
                left -= max(close - begin, datetime.timedelta())
            day += ONE_DAY

    def work_between(self, start: datetime.datetime, end: datetime.datetime) -> datetime.timedelta:
        """Working time from `start` to `end`; zero when `end` is not later.

        Whole days in between count their minutes without being looked into: a long wait costs little to measure.
        """
        first, last = start.astimezone(HANOI).date(), end.astimezone(HANOI).date()
        total = datetime.timedelta()
        for day in (first,) if first == last else (first, last):
            for begin, close in self.intervals(day):
                total += max(min(close, end) - max(begin, start), datetime.timedelta())
        between = sum(self.is_working(first + offset * ONE_DAY) for offset in range(1, (last - first).days))
        return total + datetime.timedelta(minutes=between * self.minutes_per_day)

    def add_calendar_days(self, start: datetime.datetime, days: int) -> datetime.datetime:
        """Closing time of the day `days` after `start`, moved on when nobody works then (art. 148.5)."""
        day = self.working_day_at_or_after(start.astimezone(HANOI).date() + days * ONE_DAY)
        return self.closing(day)

    def add_months(self, start: datetime.datetime, months: int) -> datetime.datetime:
        """Closing time of the same day number `months` later, clipped to the month's end, moved on likewise."""
        local = start.astimezone(HANOI).date()
        year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
        last = monthly.monthrange(year, month + 1)[1]
        day = self.working_day_at_or_after(datetime.date(year, month + 1, min(local.day, last)))
        return self.closing(day)


def _minutes(time: datetime.time) -> int:
    return time.hour * 60 + time.minute


def _at(day: datetime.date, time: datetime.time) -> datetime.datetime:
    return datetime.datetime.combine(day, time, tzinfo=HANOI)


def hours_from(parts: list[list[str]]) -> tuple[tuple[datetime.time, datetime.time], ...]:
    """Office hours from their stored form [["08:00", "12:00"], …]."""
    return tuple((datetime.time.fromisoformat(a), datetime.time.fromisoformat(b)) for a, b in parts)


def calendar_for(unit: Unit) -> WorkCalendar:
    """The calendar in force for `unit`: its office hours over the city's table of days; one query."""
    return city_calendar().of(unit.office_hours)


@dataclass(frozen=True)
class CityCalendar:
    """The city's table of days, for units whose hours differ."""

    off: dict[datetime.date, str]
    work: dict[datetime.date, str]

    def of(self, hours: list[list[str]]) -> WorkCalendar:
        """The calendar of a unit with these office hours in their stored form."""
        return WorkCalendar(hours=hours_from(hours), off=self.off, work=self.work)

    def changed(self, days: Mapping[datetime.date, str], name: str) -> CityCalendar:
        """This calendar with other kinds (`DayKind`) for some days, called `name`."""
        return self.with_days({day: (kind, name) for day, kind in days.items()})

    def with_days(self, days: Mapping[datetime.date, tuple[str, str]]) -> CityCalendar:
        """This calendar where some days have another kind (`DayKind`) and name."""
        off = {day: said for day, said in self.off.items() if day not in days}
        work = {day: said for day, said in self.work.items() if day not in days}
        off |= {day: name for day, (kind, name) in days.items() if kind == "off"}
        work |= {day: name for day, (kind, name) in days.items() if kind == "work"}
        return CityCalendar(off, work)

    def is_working(self, day: datetime.date) -> bool:
        """Whether offices are open on `day`, whatever their hours."""
        return WorkCalendar((), self.off, self.work).is_working(day)


def city_calendar() -> CityCalendar:
    """The days that are not what their weekday says; one query, whatever number of units is asked about."""
    from procedures.models import CalendarDay, DayKind

    rows = list(CalendarDay.objects.values_list("day", "kind", "name"))
    return CityCalendar(
        off={day: name for day, kind, name in rows if kind == DayKind.OFF},
        work={day: name for day, kind, name in rows if kind == DayKind.WORK},
    )


def calendars_for(units: Iterable[Unit]) -> dict[int, WorkCalendar]:
    """The calendars of several units by their keys; one query for all of them."""
    city = city_calendar()
    return {unit.pk: city.of(unit.office_hours) for unit in units}
