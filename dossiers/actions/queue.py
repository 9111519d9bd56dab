"""Queue tickets: taken, called, called again, ended, moved. The next number and the next call are both locked."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Case, IntegerField, Value, When
from django.utils.translation import gettext as _

from dossiers.models import QueueDay, QueuePoint, QueueTicket, TicketState
from dossiers.workflow import ActionError
from portal.accounts.access import check
from portal.accounts.permissions import Permission
from portal.lib import clock, counters

if TYPE_CHECKING:
    from portal.accounts.models import Unit, User

FIRST = Case(When(ground="", then=Value(1)), default=Value(0), output_field=IntegerField())


@transaction.atomic
def open_point(*, by: User, unit: Unit, name: str) -> QueuePoint:
    """A receiving point with a queue of its own. Raises ActionError when the unit has one of that name."""
    check(by, Permission.MANAGE_PEOPLE, unit)
    name = " ".join(name.split())
    if not name:
        raise ActionError(_("Ghi tên điểm tiếp nhận."), field="name")
    same = QueuePoint.objects.select_for_update().filter(unit=unit, name=name).first()
    if same is not None and same.closed_at is None:
        raise ActionError(_("Đơn vị đã có điểm tiếp nhận tên này."), field="name")
    if same is not None:
        same.closed_at = None
        same.save(update_fields=["closed_at"])
        return same
    try:
        with transaction.atomic():
            return QueuePoint.objects.create(unit=unit, name=name, opened_at=clock.now())
    except IntegrityError as error:
        raise ActionError(_("Đơn vị đã có điểm tiếp nhận tên này."), field="name") from error


@transaction.atomic
def close_point(*, by: User, point_id: int) -> QueuePoint:
    """No more tickets from this point; who waits is still called. Twice is once."""
    point = QueuePoint.objects.select_for_update().get(pk=point_id)
    check(by, Permission.MANAGE_PEOPLE, point.unit_id)
    if point.closed_at is None:
        point.closed_at = clock.now()
        point.save(update_fields=["closed_at"])
    return point


@transaction.atomic
def take_ticket(
    *, by: User | None, point: QueuePoint, matter: str, key: uuid.UUID, ground: str = ""
) -> QueueTicket:
    """The next number of the day, at a kiosk or from an officer. The same `key` again is the same ticket.

    Raises ActionError at a closed point.
    """
    same = QueueTicket.objects.filter(pk=key).first()
    if same is not None:
        return same
    if QueuePoint.objects.filter(pk=point.pk, closed_at=None).first() is None:
        raise ActionError(_("Điểm tiếp nhận này đã ngừng cấp số."))
    try:
        with transaction.atomic():
            return _ticket(by, point, matter, ground, key)
    except IntegrityError:
        same = QueueTicket.objects.filter(pk=key).first()
        if same is None:
            raise
        return same


def _ticket(
    by: User | None,
    point: QueuePoint,
    matter: str,
    ground: str,
    key: uuid.UUID,
    moved_from: QueueTicket | None = None,
) -> QueueTicket:
    day = clock.today()
    number = counters.take(QueueDay, point=point, day=day)
    return QueueTicket.objects.create(
        key=key,
        point=point,
        day=day,
        number=number,
        matter=matter,
        ground=ground,
        waits_since=moved_from.waits_since if moved_from else clock.now(),
        issued_by=by,
        moved_from=moved_from,
    )


@transaction.atomic
def call_next(*, by: User, point_id: int, window: str, matter: str = "") -> QueueTicket | None:
    """Call who is next: priority people first, then by the time they have waited; None when nobody waits.

    The ticket the officer was serving ends. Two officers at once get two different tickets.
    """
    point = _point(by, point_id)
    current = current_of(by)
    if current is not None:
        _end(current, TicketState.DONE)
    waiting = QueueTicket.objects.filter(point=point, day=clock.today(), state=TicketState.WAITING)
    if matter:
        waiting = waiting.filter(matter=matter)
    lined = waiting.annotate(first=FIRST).order_by("first", "waits_since", "number")
    ticket = lined.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
    if ticket is None:
        return None
    now = clock.now()
    ticket.state, ticket.officer, ticket.window = TicketState.CALLED, by, window.strip()[:20]
    ticket.called_at, ticket.last_call_at, ticket.calls = now, now, 1
    ticket.save(update_fields=["state", "officer", "window", "called_at", "last_call_at", "calls"])
    return ticket


@transaction.atomic
def recall(*, by: User) -> QueueTicket:
    """Call the same person again."""
    ticket = _mine(by)
    ticket.calls, ticket.last_call_at = ticket.calls + 1, clock.now()
    ticket.save(update_fields=["calls", "last_call_at"])
    return ticket


@transaction.atomic
def finish(*, by: User) -> QueueTicket:
    """The person was served."""
    return _end(_mine(by), TicketState.DONE)


@transaction.atomic
def no_show(*, by: User) -> QueueTicket:
    """Called and did not come."""
    return _end(_mine(by), TicketState.NO_SHOW)


@transaction.atomic
def move(*, by: User, point_id: int) -> QueueTicket:
    """Send the person to another point of the same unit: a number there, the waiting time kept."""
    ticket = _mine(by)
    point = QueuePoint.objects.filter(pk=point_id, unit=ticket.point.unit_id, closed_at=None).first()
    if point is None or point.pk == ticket.point_id:
        raise ActionError(_("Chọn một điểm khác của đơn vị đang cấp số."))
    _end(ticket, TicketState.MOVED)
    return _ticket(by, point, ticket.matter, ticket.ground, uuid.uuid4(), ticket)


def current_of(officer: User) -> QueueTicket | None:
    """The ticket the officer is serving, locked."""
    mine = QueueTicket.objects.filter(officer=officer, state=TicketState.CALLED)
    return mine.select_for_update(of=("self",), no_key=True).select_related("point").first()


def _mine(by: User) -> QueueTicket:
    ticket = current_of(by)
    if ticket is None:
        raise ActionError(_("Bạn chưa gọi số nào."))
    return ticket


def _end(ticket: QueueTicket, state: TicketState) -> QueueTicket:
    ticket.state, ticket.ended_at = state, clock.now()
    ticket.save(update_fields=["state", "ended_at"])
    return ticket


def _point(by: User, point_id: int) -> QueuePoint:
    point = QueuePoint.objects.filter(pk=point_id).first()
    if point is None:
        raise PermissionDenied("no such point")
    check(by, Permission.RECEIVE, point.unit_id)
    return point
