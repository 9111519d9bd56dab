"""The working calendar as it was known at an instant, and what a stored dossier's clock counted by it."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from dossiers.deadlines import CLOCK_EVENTS, Due, Fact, Rule, due, facts_of, rule_for
from dossiers.models import CalendarOrderDay, CalendarState, Dossier
from portal.accounts.models import HoursPeriod
from procedures.calendar import CityCalendar, WorkCalendar, city_calendar

# An action and an approval at the same moment: which calendar the action read is told only by what it wrote.
MOMENT = datetime.timedelta(minutes=5)


@dataclass(frozen=True)
class _Approval:
    """What one approved order took away: kind and name of each of its days before."""

    at: datetime.datetime
    before: dict[datetime.date, tuple[str, str]]


class KnownCalendars:
    """The city's calendars through time, each read once: two queries, the second when the past is asked about."""

    def __init__(self) -> None:
        self.now = city_calendar()
        self._found: dict[int, CityCalendar] = {0: self.now}

    @cached_property
    def _approvals(self) -> list[_Approval]:
        return _approvals()

    def at(self, instant: datetime.datetime) -> CityCalendar:
        """The calendar in force at `instant`. Days no order ever changed are as the reference data has them."""
        return dataclasses.replace(self._without(self._gone(instant)), known=instant)

    def _gone(self, instant: datetime.datetime) -> int:
        """How many approvals came after `instant`."""
        return sum(one.at > instant for one in self._approvals)

    def around(self, instant: datetime.datetime, periods: Sequence[HoursPeriod]) -> list[WorkCalendar]:
        """Every calendar an action at `instant` may have read, likeliest first; nearly always one.

        `periods` are the office hours of the unit whose clock ran.
        """
        found: dict[tuple[int, int], WorkCalendar] = {}
        for moment in (instant, instant - MOMENT, instant + MOMENT):
            city = self.at(moment)
            state = (self._gone(moment), len(city.known_of(periods)))
            if state not in found:
                found[state] = city.of(periods)
        return list(found.values())

    def _without(self, count: int) -> CityCalendar:
        """The calendar before the last `count` approvals."""
        if count not in self._found:
            self._found[count] = self._without(count - 1).with_days(self._approvals[count - 1].before)
        return self._found[count]


def _approvals() -> list[_Approval]:
    """The latest first."""
    rows = CalendarOrderDay.objects.filter(order__state=CalendarState.APPROVED)
    found: dict[datetime.datetime, dict[datetime.date, tuple[str, str]]] = {}
    for at, day, kind, name in rows.values_list("order__decided_at", "day", "kind_before", "name_before"):
        if at is not None:  # an approved order has its moment (a constraint)
            found.setdefault(at, {})[day] = (kind, name)
    return [_Approval(at, found[at]) for at in sorted(found, reverse=True)]


def explain(dossier: Dossier, known: KnownCalendars | None = None) -> Due:
    """The clock of a stored dossier from its events, by the calendar its limit was last computed with.

    `known` where the caller has read the calendars already. What was decided about the calendar after a dossier was
    done does not reach back into its explanation. Raises ValueError without a usable rule.
    """
    rule = rule_for(dossier)
    if rule is None:
        raise ValueError(f"dossier {dossier.code} has no usable time limit")
    facts, hours = facts_of(dossier), dossier.competent_unit.office_hours
    known = known or KnownCalendars()
    today = due(facts, rule, known.now.of(hours))
    if today.at == dossier.due_at:
        return today
    readings = counted(facts, rule, hours, known)
    return next((one for one in readings if one.at == dossier.due_at), readings[0])


def counted(
    facts: Sequence[Fact], rule: Rule, hours: Sequence[HoursPeriod], known: KnownCalendars
) -> list[Due]:
    """What the clock may have said when these facts last moved it, likeliest first; nearly always one answer."""
    last = next((fact.at for fact in reversed(facts) if fact.kind in CLOCK_EVENTS), facts[-1].at)
    return [due(facts, rule, calendar) for calendar in known.around(last, hours)]
