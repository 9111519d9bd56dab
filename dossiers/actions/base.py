"""What every action shares: taking the lock, moving the state, writing the event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Max

from dossiers.access import check_move
from dossiers.deadlines import due, facts_of, rule_for
from dossiers.models import Dossier, DossierEvent
from dossiers.signals import event_recorded
from dossiers.states import EventKind, State
from dossiers.workflow import BY_NAME, Place, Transition
from dossiers.workflow import check_move as check_state
from portal.lib import clock
from portal.outbox.actions import put
from procedures.calendar import calendar_for

if TYPE_CHECKING:
    from portal.accounts.models import User

_CLOCK = {
    EventKind.ACCEPTED,
    EventKind.SUPPLEMENT_REQUESTED,
    EventKind.SUPPLEMENT_ANSWERED,
    EventKind.OBLIGATION_SET,
    EventKind.OBLIGATION_MET,
    EventKind.EXTENDED,
}
_CLOSING = {State.REFUSED, State.WITHDRAWN, State.STOPPED, State.RETURNED}


def lock_for(move_name: str, *, code: str, by: User) -> tuple[Dossier, Transition]:
    """The locked dossier and the move, after both checks.

    Raises Http404 outside the person's scope, PermissionDenied without the right, WrongState otherwise.
    """
    from dossiers.access import get_dossier, get_own_dossier

    move = BY_NAME[move_name]
    door = get_own_dossier if move.place is Place.CITIZEN else get_dossier
    dossier = door(by, code, lock=True)
    check_move(by, move, dossier)
    check_state(move, dossier.state)
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
    before = dossier.state
    now = clock.now()
    _set_state(dossier, move)
    if dossier.state in _CLOSING:
        dossier.closed_at = now
    fields = {"state", "resume_state", "closed_at", *changed}
    event = record(dossier, move.event, by=by, unit_id=_unit_of(dossier, move), before=before, data=data)
    if dossier.accepted_at is not None and move.event in _CLOCK:
        _set_clock(dossier)
        fields |= {"due_at", "promised_at"}
    dossier.save(update_fields=sorted(fields))
    if move.notice:
        notify(dossier, event)
    return event


def _set_state(dossier: Dossier, move: Transition) -> None:
    if move.target in {State.SUPPLEMENT, State.OBLIGATION}:
        dossier.resume_state = dossier.state
    if move.target is not None:
        dossier.state = move.target
    elif move.name != "extend":
        dossier.state, dossier.resume_state = dossier.resume_state or State.FILED, ""


def _unit_of(dossier: Dossier, move: Transition) -> int:
    if move.place is Place.COMPETENT:
        return dossier.competent_unit_id
    return dossier.receiving_unit_id


def _set_clock(dossier: Dossier) -> None:
    rule = rule_for(dossier)
    if rule is None:
        return
    result = due(facts_of(dossier), rule, calendar_for(dossier.competent_unit))
    dossier.due_at = result.at
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
