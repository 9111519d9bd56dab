"""Who stands in for whom, and desks handed over."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dossiers.models.dossiers import Dossier
from portal.accounts.models import Unit, User
from portal.lib.constraints import both_or_neither


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Reads over absences."""

    def on(self, day: datetime.date) -> AbsenceQuerySet:
        """Confirmed, not called off, and holding on `day`."""
        return self.filter(
            confirmed_at__isnull=False, cancelled_at=None, first_day__lte=day, last_day__gte=day
        )


class Absence(models.Model):
    """An officer is away from his desk in a unit from `first_day` to `last_day`, both included.

    The substitute holds the same post himself: an absence gives nobody a right he has not got, only the other's work.
    Confirmed by a second person who assigns work there, never by the officer himself.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    officer = models.ForeignKey(User, models.PROTECT, related_name="absences")
    substitute = models.ForeignKey(User, models.PROTECT, related_name="substitutions")
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=300, blank=True)
    ordered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["-first_day", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="absence_days_in_order"),
            models.CheckConstraint(condition=~Q(substitute=F("officer")), name="absence_by_another"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("officer")),
                name="absence_two_persons",
                violation_error_message=_("Người vắng mặt không tự xác nhận."),
            ),
            both_or_neither("absence", "confirmed", ["confirmed_by", "confirmed_at"]),
            both_or_neither("absence", "cancelled", ["cancelled_by", "cancelled_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} {self.first_day} – {self.last_day}"


class DeskHandover(models.Model):
    """All open dossiers of one officer in a unit given to others at once: the head of the protocol."""

    key = models.UUIDField(unique=True, help_text="made by the page: a second press is the same hand-over")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    officer = models.ForeignKey(User, models.PROTECT, related_name="+")
    ordered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.officer_id} {self.at:%Y-%m-%d %H:%M}"


class HandoverRow(models.Model):
    """One dossier of a hand-over, as it was then."""

    handover = models.ForeignKey(DeskHandover, models.PROTECT, related_name="rows")
    position = models.PositiveSmallIntegerField()
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
    to = models.ForeignKey(User, models.PROTECT, related_name="+")
    state_then = models.CharField(max_length=60)
    due_then = models.DateTimeField(null=True)

    class Meta:
        ordering = ["handover", "position"]
        constraints = [models.UniqueConstraint(fields=["handover", "dossier"], name="handover_row_once")]

    def __str__(self) -> str:
        return f"{self.handover_id}/{self.position}"
