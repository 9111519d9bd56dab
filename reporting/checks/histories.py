"""I7 and I8 in one pass: histories are legal paths, stored times are what the events and the clock say."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from itertools import islice

from django.db.models import QuerySet

from dossiers.calendars import KnownCalendars, counted
from dossiers.deadlines import Fact, Rule, rule_for
from dossiers.models import Dossier, DossierEvent
from dossiers.states import EventKind
from dossiers.workflow import legal_path
from reporting.checks.base import Report

CHUNK = 500
ONE_ACTION = datetime.timedelta(seconds=5)
_CLOSING = (EventKind.REFUSED, EventKind.WITHDRAWN, EventKind.STOPPED, EventKind.RETURNED)
# Which event sets which stored time; the last such event counts.
_TIMES: dict[str, tuple[EventKind, ...]] = {
    "filed_at": (EventKind.FILED,),
    "accepted_at": (EventKind.ACCEPTED,),
    "finished_at": (EventKind.ISSUED,),
    "returned_at": (EventKind.RETURNED,),
    "closed_at": _CLOSING,
}


def check(progress: Callable[[int, int], None] | None = None) -> list[Report]:
    """Both reports. A dossier found wrong is read once more: work goes on while this runs."""
    paths = Report("I7", "every history is a legal path that ends in the stored state")
    clocks = Report("I8", "stored due dates are what events, rule and calendar give")
    clock = _Clock()
    total = Dossier.objects.count()
    for dossiers in _chunks(_rows().order_by("pk")):
        events = _events({dossier.pk for dossier in dossiers})
        for dossier in dossiers:
            own = events.get(dossier.pk, [])
            _count(dossier, own, paths, clocks)
            if any(_faults(dossier, own, clock)):
                _look_again(dossier.pk, clock, paths, clocks)
        if progress:
            progress(paths.counted.get("dossiers", 0), total)
    return [paths, clocks]


def _rows() -> QuerySet[Dossier]:
    return Dossier.objects.select_related("version", "competent_unit")


def _count(dossier: Dossier, events: list[DossierEvent], paths: Report, clocks: Report) -> None:
    paths.count("dossiers")
    paths.count("events", len(events))
    clocks.count("accepted dossiers", int(dossier.accepted_at is not None))


def _look_again(key: int, clock: _Clock, paths: Report, clocks: Report) -> None:
    dossier = _rows().get(pk=key)
    clock.known = KnownCalendars()
    on_path, on_clock = _faults(dossier, _events({key}).get(key, []), clock)
    for fault in on_path:
        paths.find(f"{dossier.code}: {fault}")
    for fault in on_clock:
        clocks.find(f"{dossier.code}: {fault}")


def _faults(dossier: Dossier, events: list[DossierEvent], clock: _Clock) -> tuple[list[str], list[str]]:
    """What is wrong with the path, and with the clock."""
    return list(_path_faults(dossier, events)), list(_clock_faults(dossier, events, clock))


def _chunks(rows: QuerySet[Dossier]) -> Iterator[list[Dossier]]:
    walker = rows.iterator(chunk_size=CHUNK)
    while chunk := list(islice(walker, CHUNK)):
        yield chunk


def _events(keys: set[int]) -> dict[int, list[DossierEvent]]:
    found: dict[int, list[DossierEvent]] = {}
    for event in DossierEvent.objects.filter(dossier__in=keys).order_by("dossier", "seq"):
        found.setdefault(event.dossier_id, []).append(event)
    return found


def _path_faults(dossier: Dossier, events: list[DossierEvent]) -> Iterator[str]:
    if not events:
        yield "no events at all"
        return
    if [event.seq for event in events] != list(range(1, len(events) + 1)):
        yield "the numbers of its events have a gap"
    fault = legal_path([(event.kind, event.from_state, event.to_state) for event in events])
    if fault:
        yield fault
    if events[-1].to_state != dossier.state:
        yield f"is {dossier.state}, its events end in {events[-1].to_state}"
    for name, kinds in _TIMES.items():
        told = next((event.at for event in reversed(events) if event.kind in kinds), None)
        if not _same(told, getattr(dossier, name)):
            yield f"{name} is not the time of its event"


def _same(told: datetime.datetime | None, stored: datetime.datetime | None) -> bool:
    """Equal up to the moment between two looks at the clock within one action."""
    if told is None or stored is None:
        return told is stored
    return abs(told - stored) <= ONE_ACTION


class _Clock:
    """Rules and calendars, each read once; the reading is a second one, apart from `calendars.explain`."""

    def __init__(self) -> None:
        self._rules: dict[tuple[int, int | None, str], Rule | None] = {}
        self.known = KnownCalendars()

    def of(self, dossier: Dossier) -> Rule | None:
        """The rule of a dossier; None without a usable time limit."""
        key = (dossier.version_id, dossier.case_id, dossier.channel)
        if key not in self._rules:
            self._rules[key] = rule_for(dossier)
        return self._rules[key]


def _until(event: DossierEvent) -> datetime.datetime | None:
    value = event.data.get("until")
    return datetime.datetime.fromisoformat(value) if isinstance(value, str) else None


def _clock_faults(dossier: Dossier, events: list[DossierEvent], clock: _Clock) -> Iterator[str]:
    """Limit and promise, each by the calendar known when it was written."""
    if dossier.accepted_at is None:
        return
    rule = clock.of(dossier)
    if rule is None:
        yield "accepted without a usable time limit"
        return
    facts = [Fact(event.kind, event.at, _until(event)) for event in events]
    hours = dossier.competent_unit.office_hours
    limits = [one.at for one in counted(facts, rule, hours, clock.known)]
    if dossier.due_at not in limits:
        yield f"due {dossier.due_at}, recomputed {limits[0]}"
    accepted = [fact for fact in facts if fact.kind == EventKind.ACCEPTED][:1]
    promises = [one.promised for one in counted(accepted, rule, hours, clock.known)] if accepted else [None]
    if dossier.promised_at not in promises:
        yield f"promised {dossier.promised_at}, recomputed {promises[0]}"
