"""Whether a place is open at an instant, and when that changes, by its office hours and the city's calendar."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from portal.accounts.models import Unit
from portal.lib import clock
from procedures.calendar import HANOI, CityCalendar, calendar_for, hours_text


@dataclass(frozen=True)
class Opening:
    """A place at an instant. `changes`: when it closes, if it is open, else when it opens again (local)."""

    unit: Unit
    is_open: bool
    changes: datetime.datetime


@dataclass(frozen=True)
class Stated:
    """Office hours in words, and what they become: (first day, hours), the nearest first."""

    now: str
    coming: list[tuple[datetime.date, str]]


def stated(unit: Unit) -> Stated:
    """The office hours of `unit` today and those already decided for later; no query."""
    calendar, today = CityCalendar({}, {}).of(unit.office_hours), clock.today()
    coming = [(first, hours_text(hours)) for first, hours in calendar.later if first > today]
    return Stated(hours_text(calendar.hours_on(today)), coming)


def opening(unit: Unit, now: datetime.datetime) -> Opening:
    """Whether `unit` is open at `now`; one query."""
    calendar = calendar_for(unit)
    next_open = calendar.opening_at_or_after(now)
    if next_open > now:
        return Opening(unit, is_open=False, changes=next_open)
    today = calendar.intervals(now.astimezone(HANOI).date())
    closing = next(close for start, close in today if start <= now < close)
    return Opening(unit, is_open=True, changes=closing)
