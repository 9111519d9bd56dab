"""The internal process of a dossier as a page shows it: planned beside used, and the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from dossiers.guards import steps_of
from dossiers.process import Course, StepRun, course, happened, planned
from portal.accounts.permissions import Role
from portal.lib import clock
from procedures.diagram import Diagram, Shape, draw
from procedures.models import ProcessStep, StepKind
from procedures.wording import minutes_text

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from dossiers.models import Consultation, Dossier, DossierEvent
    from procedures.calendar import CityCalendar


@dataclass(frozen=True)
class StepRow:
    """A line of the table; times are texts in working time."""

    name: str
    role: str
    who: str
    plan: str
    used: str
    over: str
    since: datetime.datetime | None
    until: datetime.datetime | None
    due: datetime.datetime | None
    state: str
    aside: bool = False


@dataclass(frozen=True)
class Shown:
    """The process of one dossier, or of none when its procedure has no steps."""

    rows: list[StepRow]
    diagram: Diagram
    plan: str
    used: str
    current: StepRow | None


def shown(
    dossier: Dossier, events: Iterable[DossierEvent], days: CityCalendar, *, names: bool
) -> Shown | None:
    """What `events` of the dossier say of each step up to now.

    `names` of officers only for those who may see people's data.
    """
    steps = list(steps_of(dossier))
    if not steps:
        return None
    calendar = days.of(dossier.competent_unit.office_hours)
    made = course(happened(events), planned(steps), calendar, clock.now())
    rows = _rows(made, steps, names)
    plan = sum(run.planned.minutes for run in made.steps)
    return Shown(
        rows=rows,
        diagram=draw(_shapes(rows)),
        plan=minutes_text(plan),
        used=minutes_text(sum(run.minutes_used for run in made.steps)) or _("0 phút"),
        current=next((row for row in rows if row.state in {"current", "paused"} and not row.aside), None),
    )


def _rows(made: Course, steps: list[ProcessStep], names: bool) -> list[StepRow]:
    """The main steps in order; what was asked of other units stands behind the step it ran beside."""
    rows = [_row(run, names) for run in made.steps]
    asked = [_asked(run, steps, names) for run in made.verifications]
    before = [
        number
        for number, run in enumerate(made.steps)
        if run.planned.kind in {StepKind.ASSIGN, StepKind.APPRAISE}
    ]
    place = before[-1] + 1 if before else len(rows)
    return [*rows[:place], *asked, *rows[place:]]


def _row(run: StepRun, names: bool) -> StepRow:
    role = str(Role(run.planned.role).label)
    return StepRow(
        name=run.planned.name,
        role=role,
        who=" · ".join(filter(None, (run.who if names else "", run.unit))),
        plan=minutes_text(run.planned.minutes),
        used=(minutes_text(run.minutes_used) or _("0 phút")) if run.since else "",
        over=minutes_text(run.minutes_over),
        since=run.since,
        until=None if run.current else run.until,
        due=run.due if run.current else None,
        state=run.state,
    )


def _asked(run: StepRun, steps: list[ProcessStep], names: bool) -> StepRow:
    step = next((step for step in steps if step.order == run.planned.order and step.parallel), None)
    return StepRow(
        name=step.name if step else str(StepKind.VERIFY.label),
        role=run.unit,
        who=run.who if names else "",
        plan=minutes_text(run.planned.minutes),
        used=minutes_text(run.minutes_used) or _("0 phút"),
        over=minutes_text(run.minutes_over),
        since=run.since,
        until=run.until,
        due=run.due,
        state="current" if run.current else "done",
        aside=True,
    )


def _shapes(rows: list[StepRow]) -> list[Shape]:
    return [
        Shape(row.name, f"{row.role} · {row.used or '–'} / {row.plan}", parallel=row.aside, state=row.state)
        for row in rows
    ]


def open_questions(dossier: Dossier) -> list[Consultation]:
    """What was asked of other units, newest first."""
    return list(dossier.consultations.select_related("unit", "answered_by", "asked_by").order_by("-number"))
