"""Changes of the working calendar: set by two persons who saw beforehand which open dossiers move."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dossiers.models.dossiers import Dossier
from portal.accounts.models import Unit, User
from portal.lib.constraints import both_or_neither, one_of
from procedures.calendar import hours_from, hours_text
from procedures.models import DayKind


class CalendarState(models.TextChoices):
    """An order counts once a second person approved it."""

    PROPOSED = "proposed", _("Chờ người thứ hai duyệt")
    APPROVED = "approved", _("Đã duyệt")
    REJECTED = "rejected", _("Không duyệt")
    WITHDRAWN = "withdrawn", _("Đã rút lại")


class CalendarOrder(models.Model):
    """One document that changes the calendar; `key` makes a second press the same order.

    Either its `days` become days off, make-up days or usual days, or its `units` have other `hours` (stored as in
    `HoursPeriod`) from `hours_first` on.
    """

    key = models.UUIDField(unique=True)
    document = models.CharField(max_length=200)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    hours = models.JSONField(null=True, blank=True)
    hours_first = models.DateField(null=True, blank=True)
    units = models.ManyToManyField(Unit, related_name="+", blank=True)
    state = models.CharField(max_length=10, choices=CalendarState, default=CalendarState.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    previewed_at = models.DateTimeField(help_text="when the last preview was begun")
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(
        max_length=300, blank=True, help_text="why it was not approved or was withdrawn"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            one_of("calendar_order", "state", CalendarState),
            both_or_neither("calendar_order", "decided_pair", ["decided_by", "decided_at"]),
            both_or_neither("calendar_order", "hours_pair", ["hours", "hours_first"]),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "rejected"]) | ~Q(decided_by=F("proposed_by")),
                name="calendar_order_two_persons",
                violation_error_message=_("Người đề nghị không được tự duyệt."),
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True)
                | (~Q(state="proposed") & Q(decided_by__isnull=False)),
                name="calendar_order_decided_exactly_when",
            ),
        ]

    def __str__(self) -> str:
        return self.document

    @property
    def hours_shown(self) -> str:
        """The new office hours in words; empty when days change."""
        return hours_text(hours_from(self.hours)) if self.hours else ""


class CalendarOrderDay(models.Model):
    """What one day becomes; once approved also what it was, so that the calendar of any earlier moment is known."""

    order = models.ForeignKey(CalendarOrder, models.PROTECT, related_name="days")
    day = models.DateField()
    kind = models.CharField(max_length=5, choices=DayKind)
    kind_before = models.CharField(max_length=5, choices=DayKind, blank=True)
    name_before = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["day"]
        constraints = [
            one_of("calendar_order_day", "kind", DayKind),
            one_of("calendar_order_day", "kind_before", DayKind, or_empty=True),
            models.UniqueConstraint(fields=["order", "day"], name="calendar_order_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.kind}"


class PartWork(models.TextChoices):
    """What is done with the dossiers of a part."""

    PREVIEW = "preview", _("Xem trước")
    APPLY = "apply", _("Tính lại hạn")


class CalendarPart(models.Model):
    """Some open dossiers by their keys, looked through by one message of the worker."""

    order = models.ForeignKey(CalendarOrder, models.PROTECT, related_name="parts")
    work = models.CharField(max_length=8, choices=PartWork)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    dossiers = models.PositiveIntegerField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            one_of("calendar_part", "work", PartWork),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="calendar_part_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.work} {self.first}–{self.last}"


class CalendarEffect(models.Model):
    """A dossier that the order moves: its limit as it was and as it will be; `moved_at` once it did."""

    order = models.ForeignKey(CalendarOrder, models.PROTECT, related_name="effects")
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    before = models.DateTimeField()
    after = models.DateTimeField()
    moved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["after", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "dossier"], name="calendar_effect_once"),
            models.CheckConstraint(condition=~Q(before=F("after")), name="calendar_effect_moves"),
        ]

    def __str__(self) -> str:
        return f"{self.dossier} {self.before:%Y-%m-%d %H:%M} → {self.after:%Y-%m-%d %H:%M}"
