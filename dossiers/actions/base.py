"""What every action shares: taking the lock, moving the state, writing the event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Max

from dossiers.access import check_move
from dossiers.deadlines import CLOCK_EVENTS, due, facts_of, rule_for
from dossiers.duty import in_the_name_of
from dossiers.guards import check_guards
from dossiers.models import Dossier, DossierEvent
from dossiers.process import course_of
from dossiers.signals import event_recorded
from dossiers.states import EventKind, State
from dossiers.transfers import TransferState
from dossiers.workflow import BY_NAME, Place, Transition
from dossiers.workflow import check_move as check_state
from portal.lib import clock
from portal.outbox.actions import put
from procedures.calendar import WorkCalendar, calendar_for

if TYPE_CHECKING:
    from portal.accounts.models import User

_PAUSING = {EventKind.SUPPLEMENT_REQUESTED, EventKind.OBLIGATION_SET}
# What a substitute does in the name of the absent specialist; the event then names both.
_ACTS_OF_SPECIALIST = {
    EventKind.SUBMITTED,
    EventKind.SUPPLEMENT_REQUESTED,
    EventKind.SUPPLEMENT_PROPOSED,
    EventKind.VERIFY_ASKED,
    EventKind.OBLIGATION_SET,
    EventKind.OBLIGATION_MET,
}
_CLOSING = {State.REFUSED, State.WITHDRAWN, State.STOPPED, State.RETURNED}


def lock_for(move_name: str, *, code: str, by: User) -> tuple[Dossier, Transition]:
    """The locked dossier and the move, after the checks of right, state and guards.

    Raises Http404 outside the person's scope, PermissionDenied without the right, WrongState from another state,
    ActionError with the sentence of a guard that does not hold.
    """
    from dossiers.access import get_dossier, get_own_dossier

    move = BY_NAME[move_name]
    door = get_own_dossier if move.place is Place.CITIZEN else get_dossier
    dossier = door(by, code, lock=True)
    check_move(by, move, dossier)
    check_state(move, dossier.state)
    check_guards(move, dossier, by)
    return dossier, move


def move_to(
    dossier: Dossier,
    move: Transition,
    *,
    by: User | None,
    data: dict[str, Any] | None = None,
    changed: Iterable[str] = (),
) -> DossierEvent:
    """Make the move on a locked dossier: state, closing time, due instant, one event.

    `changed` names further fields the caller set on the dossier. The due instant is recomputed from the
    events, this one included.
    """
    if move.target is not None and dossier.clock_paused:
        _release(dossier, move, by)
    before = dossier.state
    _set_state(dossier, move)
    if dossier.state in _CLOSING:
        _close(dossier)
    event = record(dossier, move.event, by=by, unit_id=_unit_of(dossier, move), before=before, data=data)
    fields = {"state", "resume_state", "closed_at", *changed, *set_times(dossier, {move.event})}
    dossier.save(update_fields=sorted(fields))
    if move.notice:
        notify(dossier, event)
    return event


def _set_state(dossier: Dossier, move: Transition) -> None:
    if move.target in {State.SUPPLEMENT, State.OBLIGATION}:
        dossier.resume_state = dossier.state
    if move.target is not None:
        dossier.state = move.target
    elif not move.stays:
        dossier.state, dossier.resume_state = dossier.resume_state or State.FILED, ""


def _unit_of(dossier: Dossier, move: Transition) -> int:
    if move.place is Place.COMPETENT:
        return dossier.competent_unit_id
    return dossier.receiving_unit_id


def _release(dossier: Dossier, move: Transition, by: User | None) -> None:
    """End the standstill of a verification before another pause begins or the handling ends: one at a time.

    A verification that is still out then goes on without stopping the clock, never to the person's cost.
    """
    if move.event in _PAUSING or move.target in _CLOSING:
        note(dossier, EventKind.RELEASED, by=by)


def _close(dossier: Dossier) -> None:
    """Closing time, and the end of questions and of a transfer still open."""
    dossier.closed_at = clock.now()
    for transfer in dossier.transfers.filter(ended_at=None):
        handed = dossier.state == State.RETURNED
        transfer.state = TransferState.HANDED if handed else TransferState.ENDED
        transfer.due_at, transfer.ended_at = None, dossier.closed_at
        transfer.save(update_fields=["state", "due_at", "ended_at"])
    for asked in dossier.consultations.filter(answered_at=None, closed_at=None):
        asked.closed_at = dossier.closed_at
        asked.save(update_fields=["closed_at"])


def note(
    dossier: Dossier, kind: EventKind, *, by: User | None, data: dict[str, Any] | None = None
) -> DossierEvent:
    """A fact of the handling that moves no state: one event of the deciding unit, the times recomputed and saved."""
    event = record(dossier, kind, by=by, unit_id=dossier.competent_unit_id, before=dossier.state, data=data)
    fields = set_times(dossier, {kind})
    if fields:
        dossier.save(update_fields=sorted(fields))
    return event


def set_times(dossier: Dossier, kinds: set[EventKind]) -> set[str]:
    """Recompute due instant and step limit from the events; returns the columns that may have changed."""
    calendar = calendar_for(dossier.competent_unit)
    fields = {"step_due_at"}
    if dossier.accepted_at is not None and kinds & CLOCK_EVENTS:
        _set_clock(dossier, calendar)
        fields |= {"due_at", "promised_at", "clock_paused"}
    current = course_of(dossier, calendar).current
    dossier.step_due_at = current.due if current else None
    return fields


def _set_clock(dossier: Dossier, calendar: WorkCalendar) -> None:
    rule = rule_for(dossier)
    if rule is None:
        return
    result = due(facts_of(dossier), rule, calendar)
    dossier.due_at, dossier.clock_paused = result.at, result.paused
    dossier.promised_at = dossier.promised_at or result.promised


def record(
    dossier: Dossier,
    kind: EventKind,
    *,
    by: User | None,
    unit_id: int | None,
    before: str,
    data: dict[str, Any] | None = None,
) -> DossierEvent:
    """Append one event to a locked dossier and announce it; the dossier's `state` is the one after it."""
    if kind in _ACTS_OF_SPECIALIST and (absent := in_the_name_of(by, dossier)):
        data = {**(data or {}), "for": absent.pk, "for_name": absent.full_name}
    last = dossier.events.aggregate(last=Max("seq"))["last"] or 0
    event = DossierEvent.objects.create(
        dossier=dossier,
        seq=last + 1,
        kind=kind,
        at=clock.now(),
        actor=by,
        unit_id=unit_id,
        from_state=before,
        to_state=dossier.state,
        data=data or {},
    )
    event_recorded.send(DossierEvent, event=event, dossier=dossier)
    return event


def notify(dossier: Dossier, event: DossierEvent) -> None:
    """Put the notice of `event` into the outbox; one per event however often it is asked."""
    put("notify", key=f"notify:{dossier.pk}:{event.seq}", payload={"dossier": dossier.pk, "event": event.pk})
