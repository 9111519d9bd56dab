"""The clock nobody can turn back: a pure function from events, rule and calendar to the due instant.

`due` explains every day it counted. Nothing here reads the database or the time of day, except `facts_of` and
`rule_for`, which gather the inputs of a stored dossier.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.utils.translation import gettext as _

from dossiers.states import EventKind
from procedures.calendar import HANOI, ONE_DAY, WorkCalendar, hours_text
from procedures.models import ClockStart, TimeUnit

if TYPE_CHECKING:
    from dossiers.models import Dossier
    from procedures.models import TimeLimit

CUTOFF = datetime.time(15, 0)  # Luật Hộ tịch art. 5(3), NĐ 23/2015/NĐ-CP art. 7: strictly after 15:00
ACCEPT_MINUTES = 8 * 60  # an online dossier is answered within eight working hours of filing

_EVERY_DAY = {TimeUnit.DAY, TimeUnit.MONTH, TimeUnit.HOUR}  # units that know no working days
_PAUSES = {EventKind.SUPPLEMENT_REQUESTED, EventKind.OBLIGATION_SET, EventKind.HELD}
_RESUMES = {EventKind.SUPPLEMENT_ANSWERED, EventKind.OBLIGATION_MET, EventKind.RELEASED}
# After each of these the due instant is computed anew, by the calendar of that moment.
CLOCK_EVENTS = {
    EventKind.ACCEPTED,
    EventKind.SUPPLEMENT_REQUESTED,
    EventKind.SUPPLEMENT_ANSWERED,
    EventKind.OBLIGATION_SET,
    EventKind.OBLIGATION_MET,
    EventKind.EXTENDED,
    EventKind.HELD,
    EventKind.RELEASED,
    EventKind.CALENDAR_CHANGED,
    EventKind.TRANSFER_SENT,
    EventKind.TRANSFER_REFUSED,
}


@dataclass(frozen=True)
class Rule:
    """Statutory time of a dossier: `value` in `unit`; working days from the moment or from the next day.

    Half days are possible in working days and hours (domain facts 4.5); of days and months only whole ones.
    """

    value: int | Decimal
    unit: str
    start: str = ClockStart.MOMENT
    restarts: bool = False


@dataclass(frozen=True)
class Fact:
    """One event as the clock sees it.

    `until` is the new date of an apology letter, or the limit of a verification when the clock is released after it:
    the law lets the clock stand still until the limit and no longer.
    """

    kind: str
    at: datetime.datetime
    until: datetime.datetime | None = None


@dataclass(frozen=True)
class Line:
    """One line of the explanation: a local day (or instant) and what it counted for."""

    day: datetime.date
    text: str


@dataclass(frozen=True)
class Due:
    """The due instant, None before acceptance; `promised` is the first one, before pauses and extensions."""

    at: datetime.datetime | None
    promised: datetime.datetime | None
    lines: tuple[Line, ...]
    paused: bool = False


def due(facts: Iterable[Fact], rule: Rule, calendar: WorkCalendar) -> Due:
    """The due instant of a dossier and its day-by-day explanation.

    `facts` in order of time. Each pause moves the due instant by the working time it lasted (by calendar days
    for rules in days or months); an open pause keeps the instant where it was and sets `paused`. With
    `rule.restarts` the full time runs again from each answer of the citizen.
    """
    state = _Clock(rule, calendar)
    for fact in facts:
        state.feed(fact)
    return Due(state.at, state.promised, tuple(state.lines), paused=state.paused_at is not None)


class _Clock:
    """Folds facts into the due instant; lives for one call of `due`."""

    def __init__(self, rule: Rule, calendar: WorkCalendar) -> None:
        self.rule, self.calendar = rule, calendar
        self.at: datetime.datetime | None = None
        self.promised: datetime.datetime | None = None
        self.paused_at: datetime.datetime | None = None
        self.lines: list[Line] = []

    def feed(self, fact: Fact) -> None:
        if fact.kind == EventKind.ACCEPTED:
            self._start(fact.at)
        elif fact.kind in _PAUSES and self.at is not None and self.paused_at is None:
            self.paused_at = fact.at
            self._say(fact.at, _("%(time)s tạm dừng tính thời gian") % {"time": _clock(fact.at)})
        elif fact.kind in _RESUMES and self.paused_at is not None:
            again = self.rule.restarts and fact.kind != EventKind.RELEASED
            self._resume(min(fact.at, fact.until) if fact.until else fact.at, again=again)
        elif fact.kind == EventKind.CALENDAR_CHANGED:
            self._say(fact.at, _("%(time)s tính lại theo lịch làm việc mới") % {"time": _clock(fact.at)})
        elif fact.kind == EventKind.EXTENDED and fact.until is not None:
            self.at = fact.until
            self._say(fact.until, _("hẹn lại theo văn bản xin lỗi: %(time)s") % {"time": _clock(fact.until)})

    def _start(self, at: datetime.datetime) -> None:
        self._say(at, _("%(time)s tiếp nhận") % {"time": _clock(at)})
        self.at = self.promised = run(at, self.rule, self.calendar)
        self.lines.extend(_counted(at, self.at, self.rule, self.calendar))

    def _resume(self, at: datetime.datetime, *, again: bool) -> None:
        paused, self.paused_at = self.paused_at, None
        if self.at is None or paused is None:
            return
        if again:
            self.at = run(at, self.rule, self.calendar)
        else:
            self.at = _shift(self.at, paused, at, self.rule, self.calendar)
        text = _("%(time)s tiếp tục tính; hẹn trả mới %(due)s")
        self._say(at, text % {"time": _clock(at), "due": _stamp(self.at)})

    def _say(self, at: datetime.datetime, text: str) -> None:
        self.lines.append(Line(at.astimezone(HANOI).date(), text))


def run(start: datetime.datetime, rule: Rule, calendar: WorkCalendar) -> datetime.datetime:
    """When the whole statutory time, begun at `start`, is over. Raises ValueError for a unit without meaning."""
    if rule.unit == TimeUnit.SAME_DAY:
        return _same_day(start, calendar)
    if rule.unit == TimeUnit.WORK_MINUTE:
        return calendar.add_minutes(start, int(rule.value))
    if rule.unit == TimeUnit.WORK_HOUR:
        return calendar.add_minutes(start, int(rule.value * 60))
    if rule.unit == TimeUnit.HOUR:
        return start.astimezone(HANOI) + datetime.timedelta(minutes=int(rule.value * 60))
    if rule.unit == TimeUnit.WORK_DAY:
        return _work_days(start, rule, calendar)
    if rule.unit == TimeUnit.DAY:
        return calendar.add_calendar_days(start, math.ceil(rule.value))
    if rule.unit == TimeUnit.MONTH:
        return calendar.add_months(start, math.ceil(rule.value))
    raise ValueError(f"no deadline can be computed for unit {rule.unit!r}")


def _same_day(start: datetime.datetime, calendar: WorkCalendar) -> datetime.datetime:
    """The end of the day; of the next working day when received strictly after 15:00."""
    opened = calendar.opening_at_or_after(start)
    late = opened.time() > CUTOFF
    return calendar.closing(calendar.next_working_day(opened.date()) if late else opened.date())


def _work_days(start: datetime.datetime, rule: Rule, calendar: WorkCalendar) -> datetime.datetime:
    if rule.start == ClockStart.MOMENT:
        return calendar.add_days(start, rule.value)
    day = calendar.opening_at_or_after(start).date()
    for _step in range(math.ceil(rule.value)):
        day = calendar.next_working_day(day)
    return calendar.closing(day)


def _shift(
    at: datetime.datetime,
    paused: datetime.datetime,
    resumed: datetime.datetime,
    rule: Rule,
    calendar: WorkCalendar,
) -> datetime.datetime:
    """Move `at` by the time between `paused` and `resumed`, measured in the rule's own kind of time."""
    if rule.unit == TimeUnit.HOUR:
        return at + (resumed - paused)
    if rule.unit in {TimeUnit.DAY, TimeUnit.MONTH}:
        days = (resumed.astimezone(HANOI).date() - paused.astimezone(HANOI).date()).days
        return calendar.add_calendar_days(at, days) if days else at
    waited = calendar.work_between(paused, resumed)
    return calendar.add(at, waited) if waited else at


def _counted(
    start: datetime.datetime, end: datetime.datetime, rule: Rule, calendar: WorkCalendar
) -> Iterator[Line]:
    """A line for each day after the start: what it counted as, or why it did not count."""
    day, last = start.astimezone(HANOI).date() + ONE_DAY, end.astimezone(HANOI).date()
    number, before = 0, day - ONE_DAY
    while day <= last:
        if rule.unit in _EVERY_DAY or calendar.is_working(day):
            number += 1
            yield Line(day, _("ngày thứ %(number)d") % {"number": number} + _unlike(day, before, calendar))
            before = day
        else:
            yield Line(
                day, _("không tính: %(why)s") % {"why": calendar.off.get(day) or _("ngày nghỉ cuối tuần")}
            )
        day += ONE_DAY
    yield Line(last, _("%(time)s hẹn trả kết quả") % {"time": _clock(end)})


def _unlike(day: datetime.date, before: datetime.date, calendar: WorkCalendar) -> str:
    """What is unlike other days, or unlike the day counted before, in a day that counted."""
    said = [_("làm bù")] if day in calendar.work else []
    if calendar.hours_on(day) != calendar.hours_on(before):
        said.append(_("giờ làm việc mới %(hours)s") % {"hours": hours_text(calendar.hours_on(day))})
    return "".join(f" · {words}" for words in said)


def _clock(at: datetime.datetime) -> str:
    return at.astimezone(HANOI).strftime("%H:%M")


def _stamp(at: datetime.datetime) -> str:
    return at.astimezone(HANOI).strftime("%H:%M %d/%m/%Y")


def accept_by(filed_at: datetime.datetime, calendar: WorkCalendar) -> datetime.datetime:
    """Until when an online dossier must be accepted, sent back or refused."""
    return calendar.add_minutes(filed_at, ACCEPT_MINUTES)


def rule_of(limit: TimeLimit | None, *, start: str, restarts: bool) -> Rule | None:
    """The clock's rule of a stored time limit; None when the catalogue has no usable time."""
    if limit is None or limit.unit == TimeUnit.UNKNOWN:
        return None
    if limit.unit != TimeUnit.SAME_DAY and not limit.value:
        return None
    return Rule(limit.value or 0, limit.unit, start, restarts=restarts)


def facts_of(dossier: Dossier) -> list[Fact]:
    """The dossier's events as facts of the clock, in order."""
    return [Fact(event.kind, event.at, _until(event.data)) for event in dossier.events.all()]


def facts_of_many(keys: Iterable[int]) -> dict[int, list[Fact]]:
    """The facts of several dossiers by their keys; one query."""
    from dossiers.models import DossierEvent

    found: dict[int, list[Fact]] = {key: [] for key in keys}
    rows = DossierEvent.objects.filter(dossier__in=list(found)).order_by("dossier", "seq")
    for key, kind, at, data in rows.values_list("dossier", "kind", "at", "data"):
        found[key].append(Fact(kind, at, _until(data)))
    return found


def _until(data: dict[str, object]) -> datetime.datetime | None:
    value = data.get("until")
    return datetime.datetime.fromisoformat(value) if isinstance(value, str) else None


def rule_for(dossier: Dossier) -> Rule | None:
    """The rule of the version the dossier was filed under, for its channel and case; one query."""
    limits = dossier.version.timelimits.filter(channel=dossier.channel)
    limits = limits.filter(Q(case=None) | Q(case=dossier.case_id))
    return rule_of(
        limits.order_by(F("case").asc(nulls_last=True), "pk").first(),
        start=dossier.version.clock_start,
        restarts=dossier.version.supplement_restarts_clock,
    )
