"""Working time, pure: office hours, days off, make-up days. Aware instants in and out, dates are Hanoi's.

Rules: domain facts 4.1-4.5 (working days skip weekends and days off, make-up Saturdays count; Civil Code 2015
art. 146-148 for days and months). Intervals are half-open, but an instant exactly at closing time stays on its
day as the end of work.
"""

from __future__ import annotations

import calendar as monthly
import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from portal.accounts.models import HoursPeriod, Unit

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
ONE_DAY = datetime.timedelta(days=1)
MICROSECOND = datetime.timedelta(microseconds=1)
_LONGEST = 400  # days looked ahead for the next open hour before giving up

Hours = tuple[tuple[datetime.time, datetime.time], ...]


@dataclass(frozen=True)
class WorkCalendar:
    """Office hours of a working day and the days that are not what their weekday says.

    `hours` are (open, close) local times in order; `off` and `work` are local dates with their names; `later` are the
    days from which other hours hold, in order.
    """

    hours: Hours
    off: dict[datetime.date, str] = field(default_factory=dict)
    work: dict[datetime.date, str] = field(default_factory=dict)
    later: tuple[tuple[datetime.date, Hours], ...] = ()

    def is_working(self, day: datetime.date) -> bool:
        """Whether offices are open on `day`."""
        return day in self.work or (day.weekday() < 5 and day not in self.off)

    def hours_on(self, day: datetime.date) -> Hours:
        """The office hours that hold on `day`, whether anybody works then or not."""
        return next((hours for first, hours in reversed(self.later) if first <= day), self.hours)

    def minutes_on(self, day: datetime.date) -> int:
        """Working minutes of a full day under the hours of `day`."""
        return sum(_minutes(close) - _minutes(start) for start, close in self.hours_on(day))

    def intervals(self, day: datetime.date) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
        """The working intervals of `day`, none on a day off."""
        if self.is_working(day):
            for start, close in self.hours_on(day):
                yield _at(day, start), _at(day, close)

    def closing(self, day: datetime.date) -> datetime.datetime:
        """When offices close on `day` (by its usual hours, working day or not)."""
        return _at(day, self.hours_on(day)[-1][1])

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

    def add_days(self, start: datetime.datetime, days: int | Decimal) -> datetime.datetime:
        """The instant when `days` working days have passed since `start`, each by the hours that hold on it.

        A part of a day counts as that part of its own hours: half of a day from 07:30 to 11:30 and 13:30 to 17:00 is
        3 hours 45 minutes.
        """
        instant = self.opening_at_or_after(start)
        left = Fraction(days)
        while True:
            day = instant.date()
            whole = self.minutes_on(day)
            part = Fraction(self.work_between(instant, self.closing(day)) // MICROSECOND, whole * 60_000_000)
            if left <= part:
                return self.add(instant, round(left * whole * 60_000_000) * MICROSECOND)
            left -= part
            instant = self.opening_at_or_after(self.closing(day))

    def work_between(self, start: datetime.datetime, end: datetime.datetime) -> datetime.timedelta:
        """Working time from `start` to `end`; zero when `end` is not later.

        Whole days in between count their minutes without being looked into: a long wait costs little to measure.
        """
        first, last = start.astimezone(HANOI).date(), end.astimezone(HANOI).date()
        total = datetime.timedelta()
        for day in (first,) if first == last else (first, last):
            for begin, close in self.intervals(day):
                total += max(min(close, end) - max(begin, start), datetime.timedelta())
        between = (first + offset * ONE_DAY for offset in range(1, (last - first).days))
        return total + datetime.timedelta(minutes=self._minutes_of(filter(self.is_working, between)))

    def _minutes_of(self, days: Iterable[datetime.date]) -> int:
        """Working minutes of these working days."""
        if self.later:
            return sum(map(self.minutes_on, days))
        return sum(1 for _day in days) * self.minutes_on(datetime.date.min)

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


def hours_from(parts: list[list[str]]) -> Hours:
    """Office hours from their stored form [["08:00", "12:00"], …]."""
    return tuple((datetime.time.fromisoformat(a), datetime.time.fromisoformat(b)) for a, b in parts)


def hours_text(hours: Hours) -> str:
    """Office hours as people write them: "08:00–12:00, 13:00–17:00"."""
    return ", ".join(f"{start:%H:%M}–{close:%H:%M}" for start, close in hours)


def calendar_for(unit: Unit) -> WorkCalendar:
    """The calendar in force for `unit`: its office hours over the city's table of days; one query."""
    return city_calendar().of(unit.office_hours)


@dataclass(frozen=True)
class CityCalendar:
    """The city's table of days, for units whose hours differ; `known` when it is how things stood at an instant."""

    off: dict[datetime.date, str]
    work: dict[datetime.date, str]
    known: datetime.datetime | None = None

    def of(self, periods: Sequence[HoursPeriod]) -> WorkCalendar:
        """The calendar of a unit with these office hours in their stored form, in the order they were decided."""
        hours: Hours = ()
        later: dict[datetime.date, Hours] = {}
        for period in self.known_of(periods):
            if period["first"] is None:
                hours = hours_from(period["hours"])
            else:
                later[datetime.date.fromisoformat(period["first"])] = hours_from(period["hours"])
        return WorkCalendar(hours, self.off, self.work, tuple(sorted(later.items())))

    def known_of(self, periods: Sequence[HoursPeriod]) -> Sequence[HoursPeriod]:
        """Those of a unit's hours that were decided by then."""
        if self.known is None:
            return periods
        return [
            period
            for period in periods
            if period["known"] is None or datetime.datetime.fromisoformat(period["known"]) <= self.known
        ]

    def changed(self, days: Mapping[datetime.date, str], name: str) -> CityCalendar:
        """This calendar with other kinds (`DayKind`) for some days, called `name`."""
        return self.with_days({day: (kind, name) for day, kind in days.items()})

    def with_days(self, days: Mapping[datetime.date, tuple[str, str]]) -> CityCalendar:
        """This calendar where some days have another kind (`DayKind`) and name."""
        off = {day: said for day, said in self.off.items() if day not in days}
        work = {day: said for day, said in self.work.items() if day not in days}
        off |= {day: name for day, (kind, name) in days.items() if kind == "off"}
        work |= {day: name for day, (kind, name) in days.items() if kind == "work"}
        return CityCalendar(off, work, self.known)

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
