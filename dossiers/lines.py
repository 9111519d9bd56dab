"""One row of the inbox, worded: every working minute left by the hours of the unit that has to use it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from dossiers.states import Money, State
from dossiers.workflow import STATES, Turn
from procedures.calendar import WorkCalendar

if TYPE_CHECKING:
    from dossiers.inbox import Reader
    from dossiers.models import Dossier


@dataclass(frozen=True)
class Line:
    """A row as shown; `tone` is late, soon or nothing. `left` and `step` are empty while nothing runs."""

    code: str
    procedure: str
    owner: str
    due: str
    left: str
    step: str
    tone: str
    state: str
    person: str


def lines(dossiers: Iterable[Dossier], who: Reader) -> list[Line]:
    """The rows of a page; no query."""
    calendars: dict[str, WorkCalendar] = {}
    shown = []
    for dossier in dossiers:
        hours = dossier.competent_unit.office_hours
        calendar = calendars.setdefault(str(hours), who.days.of(hours))
        shown.append(_line(dossier, who, calendar))
    return shown


def _line(dossier: Dossier, who: Reader, calendar: WorkCalendar) -> Line:
    until = dossier.due_at or dossier.accept_by
    runs = not waits(dossier)
    step = dossier.step_due_at if runs and dossier.due_at else None
    return Line(
        code=dossier.code,
        procedure=dossier.procedure.name,
        owner=dossier.owner_name,
        due=short_moment(until, who.now),
        left=left_text(calendar, who.now, until) if runs else "",
        step=left_text(calendar, who.now, step) if step else "",
        tone=_tone(until, step, who) if runs else "",
        state=_state(dossier),
        person=dossier.assignee.full_name if dossier.assignee else "–",
    )


def waits(dossier: Dossier) -> bool:
    """Whether no clock of the agency runs: finished, closed, held by law, or with the citizen."""
    turn = STATES[State(dossier.state)].turn
    return bool(dossier.finished_at or dossier.closed_at or dossier.clock_paused or turn is Turn.CITIZEN)


def tone_of(dossier: Dossier, who: Reader) -> str:
    """How pressing a dossier is: late, soon, or nothing."""
    return "" if waits(dossier) else _tone(dossier.due_at or dossier.accept_by, None, who)


def _tone(until: datetime.datetime, step: datetime.datetime | None, who: Reader) -> str:
    if until < who.now:
        return "late"
    return "soon" if min(until, step or until) < who.soon else ""


def _state(dossier: Dossier) -> str:
    """The state, or what else is waited for."""
    if asked := getattr(dossier, "asked", None):
        return _("Chờ ý kiến %(unit)s") % {"unit": asked}
    if dossier.finished_at and not dossier.closed_at and dossier.money in {Money.DUE, Money.UNKNOWN}:
        return _("Có kết quả, chờ nộp phí")
    return dossier.get_state_display()


def short_moment(moment: datetime.datetime, now: datetime.datetime) -> str:
    """ "17:00 26/11", with the year where it is another one."""
    local = timezone.localtime(moment)
    same = local.year == timezone.localtime(now).year
    return f"{local:%H:%M %d/%m}" if same else f"{local:%H:%M %d/%m/%Y}"


def left_text(calendar: WorkCalendar, now: datetime.datetime, until: datetime.datetime) -> str:
    """Working time left or over, in its two largest units: "còn 2 ngày 3 giờ", "quá 40 phút"."""
    late = until < now
    spent = calendar.work_between(until, now) if late else calendar.work_between(now, until)
    words = _span(int(spent.total_seconds() // 60), calendar.minutes_on(timezone.localdate(now)))
    return (_("quá %(time)s") if late else _("còn %(time)s")) % {"time": words}


def _span(minutes: int, per_day: int) -> str:
    days, rest = divmod(minutes, per_day)
    hours, left = divmod(rest, 60)
    if days:
        return _("%(days)s ngày %(hours)s giờ") % {"days": days, "hours": hours} if hours else _days(days)
    if hours:
        return _("%(hours)s giờ %(minutes)s phút") % {"hours": hours, "minutes": left}
    return _("%(minutes)s phút") % {"minutes": left}


def _days(days: int) -> str:
    return _("%(days)s ngày") % {"days": days}
