"""Queue tickets: per receiving point and day a number without gap or double, called in an order anybody can explain."""

from __future__ import annotations

import secrets
import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dossiers.models.counter import Ground
from portal.accounts.models import Unit, User
from portal.lib.constraints import one_of


def point_token() -> str:
    """The unguessable part of the addresses of a kiosk and a call display."""
    return secrets.token_urlsafe(9)


class Matter(models.TextChoices):
    """What somebody comes for."""

    FILE = "file", pgettext_lazy("queue", "Nộp hồ sơ")
    CERTIFY = "certify", pgettext_lazy("queue", "Chứng thực bản sao, chữ ký")
    COLLECT = "collect", pgettext_lazy("queue", "Nhận kết quả")
    ADVICE = "advice", pgettext_lazy("queue", "Hỏi, nhờ hướng dẫn")


class TicketState(models.TextChoices):
    """Where a ticket is."""

    WAITING = "waiting", pgettext_lazy("queue", "Đang chờ")
    CALLED = "called", pgettext_lazy("queue", "Đã gọi")
    DONE = "done", pgettext_lazy("queue", "Đã phục vụ")
    NO_SHOW = "no_show", pgettext_lazy("queue", "Gọi không đến")
    MOVED = "moved", pgettext_lazy("queue", "Chuyển sang điểm khác")


ENDED = [TicketState.DONE, TicketState.NO_SHOW, TicketState.MOVED]


class QueuePoint(models.Model):
    """A receiving point of a unit with a queue of its own; closed points give no tickets, their past stays."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="queue_points")
    name = models.CharField(max_length=120)
    token = models.CharField(max_length=24, unique=True, default=point_token)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["unit", "id"]
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="queue_point_name")]

    def __str__(self) -> str:
        return self.name


class QueueDay(models.Model):
    """The locked counter of a point's day."""

    point = models.ForeignKey(QueuePoint, models.PROTECT, related_name="+")
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["point", "day"], name="queue_day_once")]

    def __str__(self) -> str:
        return f"{self.point_id} {self.day} {self.last}"


class QueueTicket(models.Model):
    """One person's turn. No name and no number of a person; `key` is its address, and makes two presses one ticket.

    `waits_since` is when the person first took a number, also after a move to another point. Times are the server's.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    point = models.ForeignKey(QueuePoint, models.PROTECT, related_name="tickets")
    day = models.DateField()
    number = models.PositiveIntegerField()
    matter = models.CharField(max_length=8, choices=Matter)
    ground = models.CharField(max_length=8, choices=Ground, blank=True)
    state = models.CharField(max_length=8, choices=TicketState, default=TicketState.WAITING)
    waits_since = models.DateTimeField()
    issued_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", help_text="empty: at the kiosk"
    )
    called_at = models.DateTimeField(null=True, blank=True)
    last_call_at = models.DateTimeField(null=True, blank=True)
    calls = models.PositiveSmallIntegerField(default=0)
    officer = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    window = models.CharField(max_length=20, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    moved_from = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="moved_to")

    class Meta:
        ordering = ["day", "number"]
        constraints = [
            one_of("queue_ticket", "matter", Matter),
            one_of("queue_ticket", "ground", Ground, or_empty=True),
            one_of("queue_ticket", "state", TicketState),
            models.UniqueConstraint(fields=["point", "day", "number"], name="queue_ticket_number"),
            models.UniqueConstraint(
                fields=["officer"], condition=Q(state="called"), name="queue_ticket_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(called_at__isnull=True, officer__isnull=True, calls=0, last_call_at__isnull=True)
                | Q(called_at__isnull=False, officer__isnull=False, calls__gt=0, last_call_at__isnull=False),
                name="queue_ticket_called_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(called_at__isnull=True),
                name="queue_ticket_waiting_uncalled",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["called", "done", "no_show"]) | Q(called_at__isnull=False),
                name="queue_ticket_called_before",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, ended_at__isnull=False)
                | (~Q(state__in=ENDED) & Q(ended_at__isnull=True)),
                name="queue_ticket_ended_exactly_when",
            ),
        ]
        indexes = [models.Index(fields=["point", "day", "state"], name="queue_ticket_line")]

    def __str__(self) -> str:
        return f"{self.number:03d}"
