"""The internal process of a dossier: its steps with who, when, planned and used time.

Pure over events and steps, but for `named_events` and `course_of`, which gather those of a stored dossier.

The steps are data of the procedure version (procedures.models.ProcessStep); what happened is read from the events.
A step's own clock counts working time of the competent unit (of the receiving unit for its own steps) and stands
still while the dossier waits for the citizen or is held by law.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dossiers.guards import steps_of
from dossiers.states import EventKind, State
from dossiers.workflow import FACTS
from portal.lib import clock
from procedures.calendar import WorkCalendar
from procedures.models import StepKind, StepPlace

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dossiers.models import Dossier, DossierEvent
    from procedures.models import ProcessStep

ZERO = datetime.timedelta()
# In which kind of step a dossier of each state lies; None: it waits for the citizen, or is closed.
STEP_OF: dict[State, StepKind | None] = {
    State.FILED: StepKind.RECEIVE,
    State.ACCEPTED: StepKind.ASSIGN,
    State.PROCESSING: StepKind.APPRAISE,
    State.CHECKING: StepKind.CHECK,
    State.SIGNING: StepKind.SIGN,
    State.SIGNED: StepKind.ISSUE,
    State.FINISHED: StepKind.RETURN,
    State.SUPPLEMENT: None,
    State.OBLIGATION: None,
    State.RETURNED: None,
    State.REFUSED: None,
    State.WITHDRAWN: None,
    State.STOPPED: None,
}
_ORDER: list[StepKind] = [kind for kind in StepKind if kind is not StepKind.VERIFY]
_ENDS_VERIFICATION = {EventKind.VERIFY_ANSWERED, EventKind.VERIFY_EXPIRED}
# The person may come for the result whenever it suits him: that is nobody's lateness (domain facts 4.7).
_WITHOUT_LIMIT = {StepKind.RETURN}


@dataclass(frozen=True)
class Happened:
    """One event as the process sees it. `who` and `unit` are names for the reader, empty when unknown."""

    kind: str
    at: datetime.datetime
    state: str
    who: str = ""
    unit: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Planned:
    """A step as the version has it; `minutes` of working time, of a verification the limit to answer."""

    order: int
    kind: str
    name: str
    role: str
    minutes: int
    place: str = StepPlace.COMPETENT


@dataclass
class StepRun:
    """A step of one dossier: `since` its first and `until` its last moment, `used` working time up to now.

    `due` is when the planned time is over: of a step that stands still None unless it was over before.
    """

    planned: Planned
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None
    used: datetime.timedelta = ZERO
    due: datetime.datetime | None = None
    who: str = ""
    unit: str = ""
    current: bool = False
    paused: bool = False

    @property
    def minutes_used(self) -> int:
        """Working minutes used, rounded down."""
        return int(self.used.total_seconds() // 60)

    @property
    def minutes_over(self) -> int:
        """Working minutes used beyond the plan; 0 for a step without a limit of its own."""
        if self.planned.kind in _WITHOUT_LIMIT:
            return 0
        return max(self.minutes_used - self.planned.minutes, 0)

    @property
    def state(self) -> str:
        """`done`, `current`, `paused`, or `waiting` (not begun)."""
        if self.current:
            return "paused" if self.paused else "current"
        return "done" if self.since else "waiting"


@dataclass(frozen=True)
class Course:
    """The whole process of a dossier; `current` is the step it lies in, None when closed or without steps."""

    steps: tuple[StepRun, ...]
    verifications: tuple[StepRun, ...]
    current: StepRun | None


def course(
    events: Iterable[Happened],
    steps: Iterable[Planned],
    calendar: WorkCalendar,
    now: datetime.datetime,
) -> Course:
    """Steps with their times at `now`. Steps of one kind run one after the other share their time."""
    listed = list(events)
    plans = sorted((step for step in steps if step.kind != StepKind.VERIFY), key=lambda step: step.order)
    runs = {plan.kind: StepRun(plan) for plan in reversed(plans)}
    current = _walk(listed, runs, calendar, now)
    return Course(
        steps=tuple(runs[plan.kind] for plan in plans if runs[plan.kind].planned is plan),
        verifications=tuple(_verifications(listed, calendar, now)),
        current=current,
    )


def _walk(
    events: list[Happened], runs: dict[str, StepRun], calendar: WorkCalendar, now: datetime.datetime
) -> StepRun | None:
    """Fill the runs from the intervals between events; returns the run the dossier lies in at the end."""
    run: StepRun | None = None
    held = waiting = False
    for number, event in enumerate(events):
        held = event.kind == EventKind.HELD or (held and event.kind != EventKind.RELEASED)
        if event.kind not in FACTS:
            run, waiting = _entered(event, run, runs)
        end = events[number + 1].at if number + 1 < len(events) else None
        if run is not None and not (held or waiting):
            _spend(run, event.at, end, calendar, now)
    if run is not None:
        run.current, run.paused = True, held or waiting
    return run


def _spend(
    run: StepRun,
    start: datetime.datetime,
    end: datetime.datetime | None,
    calendar: WorkCalendar,
    now: datetime.datetime,
) -> None:
    """Count the working time from `start` to `end` (None: it goes on), and when the plan is or was used up."""
    left = datetime.timedelta(minutes=run.planned.minutes) - run.used
    spent = calendar.work_between(start, end or now)
    run.used += spent
    if run.due is None and run.planned.kind not in _WITHOUT_LIMIT and (end is None or left <= spent):
        run.due = calendar.add(start, left)


def _entered(event: Happened, run: StepRun | None, runs: dict[str, StepRun]) -> tuple[StepRun | None, bool]:
    """The step after `event`, and whether it waits for the citizen."""
    kind = STEP_OF[State(event.state)]
    if kind is None:
        waiting = event.state in {State.SUPPLEMENT, State.OBLIGATION}
        if not waiting and run is not None:
            _leave(run, event)
        return (run if waiting else None), waiting
    entered = _step_for(kind, runs)
    if entered is not run:
        if run is not None:
            _leave(run, event)
        if entered is not None and entered.since is None:
            entered.since = event.at
    if entered is not None:
        entered.until = None
        entered.unit = event.unit or entered.unit
        if event.kind == EventKind.ASSIGNED and kind is StepKind.APPRAISE:
            entered.who = str(event.data.get("name", ""))
    return entered, False


def _leave(run: StepRun, event: Happened) -> None:
    run.until, run.who, run.unit = event.at, event.who or run.who, event.unit or run.unit


def _step_for(kind: StepKind, runs: dict[str, StepRun]) -> StepRun | None:
    """The run of `kind`; without one in the process, that of the next kind it has."""
    for each in _ORDER[_ORDER.index(kind) :]:
        if each in runs:
            return runs[each]
    return None


def _verifications(
    events: list[Happened], calendar: WorkCalendar, now: datetime.datetime
) -> Iterator[StepRun]:
    ends = {event.data.get("number"): event for event in events if event.kind in _ENDS_VERIFICATION}
    for event in events:
        if event.kind != EventKind.VERIFY_ASKED:
            continue
        end, until = ends.get(event.data["number"]), datetime.datetime.fromisoformat(event.data["until"])
        minutes = int(calendar.work_between(event.at, until).total_seconds() // 60)
        plan = Planned(event.data.get("step", 0), StepKind.VERIFY, "", "", minutes, StepPlace.OTHER)
        yield StepRun(
            plan,
            since=event.at,
            until=end.at if end else None,
            used=calendar.work_between(event.at, end.at if end else now),
            due=until,
            who=end.who if end else "",
            unit=str(event.data.get("asked", "")),
            current=end is None,
        )


def named_events(dossier: Dossier) -> QuerySet[DossierEvent]:
    """The dossier's events in order, with the person and the unit of each; one query."""
    return dossier.events.select_related("actor", "unit")


def happened(events: Iterable[DossierEvent]) -> list[Happened]:
    """A dossier's events in order, with names."""
    return [
        Happened(
            event.kind,
            event.at,
            event.to_state,
            event.actor.full_name if event.actor else "",
            event.unit.full_name if event.unit else "",
            event.data,
        )
        for event in events
    ]


def course_of(dossier: Dossier, calendar: WorkCalendar) -> Course:
    """The course of a stored dossier up to now, its steps timed by `calendar`; two queries."""
    return course(happened(named_events(dossier)), planned(steps_of(dossier)), calendar, clock.now())


def planned(steps: Iterable[ProcessStep]) -> list[Planned]:
    """Steps of the catalogue as the process sees them."""
    return [Planned(row.order, row.kind, row.name, row.role, row.minutes, row.place) for row in steps]
