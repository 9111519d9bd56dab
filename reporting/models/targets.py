"""Targets: data with a validity and the document that set them."""

from __future__ import annotations

import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Unit, UnitKind, User
from portal.lib.constraints import both_or_neither, one_of


class Operator(models.TextChoices):
    """How a value is held against its target."""

    AT_LEAST = "ge", _("từ")
    AT_MOST = "le", _("không quá")


class TargetState(models.TextChoices):
    """A target holds once a second person confirmed it; those of the reference file are confirmed by it."""

    PROPOSED = "proposed", _("Chờ người thứ hai xác nhận")
    CONFIRMED = "confirmed", _("Đã xác nhận")
    REJECTED = "rejected", _("Không được xác nhận")


class TargetQuerySet(models.QuerySet["Target"]):
    """Reads over targets."""

    def on(self, day: datetime.date) -> TargetQuerySet:
        """Targets in force on `day`."""
        return self.confirmed().filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)

    def confirmed(self) -> TargetQuerySet:
        """Those that hold on some day."""
        return self.filter(state=TargetState.CONFIRMED)


class DaySpan(Func):
    """The days from `valid_from` until the day before `valid_to` as a range."""

    function = "DATERANGE"
    output_field = DateRangeField()


class Target(models.Model):
    """The value a measure has to reach, for one unit or for a kind of unit (both empty: every unit).

    `value` is a share of 1 for percentages, otherwise in the unit of the measure. `valid_to` is the first day
    on which it no longer holds. `document` names the paper that set it. Two confirmed targets of one measure and
    addressee never hold on the same day (an exclusion constraint).
    """

    code = models.SlugField(max_length=80, unique=True)
    measure = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    unit_kind = models.CharField(max_length=12, blank=True, choices=UnitKind)
    operator = models.CharField(max_length=2, choices=Operator, default=Operator.AT_LEAST)
    value = models.DecimalField(max_digits=8, decimal_places=4)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    reach_by = models.DateField(null=True, blank=True, help_text="the day by which it was to be reached")
    document = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=TargetState, default=TargetState.CONFIRMED)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ["measure", "code"]
        constraints = [
            one_of("target", "operator", Operator),
            one_of("target", "unit_kind", UnitKind, or_empty=True),
            one_of("target", "state", TargetState),
            both_or_neither("target", "proposed_pair", ["proposed_by", "proposed_at"]),
            both_or_neither("target", "decided_pair", ["decided_by", "decided_at"]),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="target_two_persons",
                violation_error_message=_("Người đề xuất không tự xác nhận mục tiêu của mình."),
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=True)
                | Q(state=TargetState.PROPOSED, decided_by__isnull=True)
                | (~Q(state=TargetState.PROPOSED) & Q(decided_by__isnull=False)),
                name="target_decided_exactly_when",
            ),
            ExclusionConstraint(
                name="target_no_overlap",
                expressions=[
                    ("measure", RangeOperators.EQUAL),
                    (Coalesce("unit_id", 0), RangeOperators.EQUAL),
                    ("unit_kind", RangeOperators.EQUAL),
                    (DaySpan("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="confirmed"),
                violation_error_message=_("Đã có mục tiêu khác cho những ngày này."),
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=True) | Q(unit_kind=""), name="target_one_addressee"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="target_valid_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def met_by(self, value: float) -> bool:
        """Whether `value` reaches the target."""
        return (
            value >= float(self.value) if self.operator == Operator.AT_LEAST else value <= float(self.value)
        )
