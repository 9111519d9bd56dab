"""Reads over the queues: doors, who is being called, how long one waits, and what was measured."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from dossiers.models import QueuePoint, QueueTicket, TicketState
from portal.accounts.access import units_with
from portal.accounts.permissions import Permission
from portal.lib import clock

if TYPE_CHECKING:
    from portal.accounts.models import User

SHOWN_CALLS = 6
LOOKED_AT = 20  # tickets the estimate rests on
FEWEST = 3  # below that nothing is estimated
AT_WORK = datetime.timedelta(minutes=30)
DAYS = 28


def points_of(user: User) -> QuerySet[QueuePoint]:
    """The receiving points of the counters `user` works at, open ones first."""
    units = units_with(user, Permission.RECEIVE)
    return (
        QueuePoint.objects.filter(unit__in=units).select_related("unit").order_by("closed_at", "unit", "pk")
    )


def get_point(user: User, point_id: int) -> QueuePoint:
    """A point of one's counters, else Http404."""
    found = points_of(user).filter(pk=point_id).first()
    if found is None:
        raise Http404(_("Không tìm thấy điểm tiếp nhận này."))
    return found


def point_by_token(token: str) -> QueuePoint:
    """The point of a kiosk's or display's address, else Http404."""
    found = None if "\x00" in token else QueuePoint.objects.select_related("unit").filter(token=token).first()
    if found is None:
        raise Http404(_("Không tìm thấy điểm tiếp nhận này."))
    return found


def get_ticket(key: uuid.UUID) -> QueueTicket:
    """A ticket by its address, which nobody can guess; a moved one leads to the number it became. Else Http404."""
    found = QueueTicket.objects.select_related("point__unit").filter(pk=key).first()
    if found is None:
        raise Http404(_("Không tìm thấy số thứ tự này."))
    moved = QueueTicket.objects.filter(moved_from=found).first()
    return get_ticket(moved.pk) if moved else found


def serving(user: User) -> QueueTicket | None:
    """The ticket the officer has called and not yet ended."""
    mine = QueueTicket.objects.filter(officer=user, state=TicketState.CALLED)
    return mine.select_related("point").first()


def waiting(point: QueuePoint) -> QuerySet[QueueTicket]:
    """Who waits at a point today."""
    return QueueTicket.objects.filter(point=point, day=clock.today(), state=TicketState.WAITING)


def calls(point: QueuePoint) -> list[QueueTicket]:
    """The numbers being called now, the latest first: number and window only."""
    called = QueueTicket.objects.filter(point=point, day=clock.today(), state=TicketState.CALLED)
    return list(called.order_by("-last_call_at")[:SHOWN_CALLS])


def ahead_of(ticket: QueueTicket) -> int:
    """How many are called before this ticket, as the line stands now."""
    if ticket.state != TicketState.WAITING:
        return 0
    others = waiting(ticket.point).exclude(pk=ticket.pk)
    earlier = Q(waits_since__lt=ticket.waits_since) | Q(
        waits_since=ticket.waits_since, number__lt=ticket.number
    )
    if ticket.ground:
        return others.exclude(ground="").filter(earlier).count()
    return others.filter(~Q(ground="") | earlier).count()


def expected(point: QueuePoint, ahead: int) -> datetime.timedelta | None:
    """How long the next of `ahead` people waits, from today's own service times; None while too little is known."""
    now = clock.now()
    today = QueueTicket.objects.filter(point=point, day=clock.today(), state=TicketState.DONE)
    spans = today.order_by("-ended_at").values_list(_span("ended_at", "called_at"), flat=True)
    took = list(spans[:LOOKED_AT])
    recent = QueueTicket.objects.filter(point=point, day=clock.today(), called_at__gte=now - AT_WORK)
    return estimate(ahead, took, recent.values("officer").distinct().count())


def estimate(ahead: int, took: Sequence[datetime.timedelta], officers: int) -> datetime.timedelta | None:
    """Pure: people ahead and oneself, times the mean service, shared by the officers at work."""
    if len(took) < FEWEST or officers < 1:
        return None
    mean = sum(took, datetime.timedelta()) / len(took)
    return mean * (ahead // officers + 1)


@dataclass(frozen=True)
class Line:
    """What was measured at a point in four weeks; means are None without data."""

    name: str
    number: int
    no_shows: int
    waited: datetime.timedelta | None
    served: datetime.timedelta | None


def measured(user: User) -> list[Line]:
    """Waiting and serving by point of the units `user` heads; no officer is named."""
    units = units_with(user, Permission.SEE_FIGURES) & units_with(user, Permission.RECEIVE)
    since = clock.today() - datetime.timedelta(DAYS)
    rows = (
        QueueTicket.objects.filter(point__unit__in=units, day__gt=since)
        .order_by()
        .values("point__name")
        .annotate(
            number=Count("pk"),
            no_shows=Count("pk", filter=Q(state=TicketState.NO_SHOW)),
            waited=Avg(_span("called_at", "waits_since"), filter=Q(called_at__isnull=False)),
            served=Avg(_span("ended_at", "called_at"), filter=Q(state=TicketState.DONE)),
        )
        .order_by("point__name")
    )
    return [
        Line(row["point__name"], row["number"], row["no_shows"], row["waited"], row["served"]) for row in rows
    ]


def _span(until: str, since: str) -> ExpressionWrapper:
    return ExpressionWrapper(F(until) - F(since), output_field=DurationField())
