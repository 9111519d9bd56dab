"""Which unit offers which procedure at which level, from day to day, and the document that set it."""

from __future__ import annotations

import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Unit, User
from portal.lib.constraints import both_or_neither, one_of
from procedures.models.procedures import Procedure


class OfferLevel(models.TextChoices):
    """How a unit offers a procedure."""

    FULL = "full", _("Toàn trình")
    PARTIAL = "partial", _("Một phần")
    COUNTER = "counter", _("Chỉ tại quầy")
    NONE = "none", _("Đơn vị không thực hiện")


class OrderState(models.TextChoices):
    """An order holds once a second person confirmed it."""

    PROPOSED = "proposed", _("Chờ người thứ hai xác nhận")
    CONFIRMED = "confirmed", _("Đã xác nhận")
    REJECTED = "rejected", _("Không được xác nhận")


class LevelOrder(models.Model):
    """One document that sets levels, for any number of units and procedures, for days until `valid_to`.

    `file_name` and `file_sha256` name the table it was read from, empty when it was typed.
    """

    document = models.CharField(max_length=300)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    lines_count = models.PositiveIntegerField(default=0)
    file_name = models.CharField(max_length=200, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=OrderState, default=OrderState.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            one_of("level_order", "state", OrderState),
            both_or_neither("level_order", "decided_pair", ["decided_by", "decided_at"]),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="level_order_two_persons",
                violation_error_message=_("Người đề xuất không tự xác nhận mức độ do mình đặt."),
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True)
                | (~Q(state="proposed") & Q(decided_by__isnull=False)),
                name="level_order_decided_exactly_when",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="level_order_valid_in_order",
                violation_error_message=_("Ngày hết hiệu lực phải sau ngày có hiệu lực."),
            ),
        ]

    def __str__(self) -> str:
        return self.document


class DaySpan(Func):
    """The days from `valid_from` until the day before `valid_to` as a range."""

    function = "DATERANGE"
    output_field = DateRangeField()


class UnitLevelQuerySet(models.QuerySet["UnitLevel"]):
    """Reads over levels."""

    def on(self, day: datetime.date) -> UnitLevelQuerySet:
        """Those in force on `day`, at most one for a unit and procedure."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day, holds=True)


class UnitLevel(models.Model):
    """The level of one procedure at one unit by one order.

    Days and level of a row never change. A later order that rules some of its days replaces it (`replaced_by`), and
    what is left of them stands in rows of their own under the old order (`rest`); so what was believed on any day can
    be read back. `holds`: confirmed and not replaced; of these, no two of one unit and procedure share a day.
    """

    order = models.ForeignKey(LevelOrder, models.PROTECT, related_name="lines")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="levels")
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="levels")
    level = models.CharField(max_length=8, choices=OfferLevel)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    holds = models.BooleanField(default=False)
    rest = models.BooleanField(default=False, help_text="what a later order left of a replaced row")
    replaced_by = models.ForeignKey(
        LevelOrder, models.PROTECT, null=True, blank=True, related_name="replaced"
    )

    objects = UnitLevelQuerySet.as_manager()

    class Meta:
        ordering = ["valid_from", "pk"]
        constraints = [
            one_of("unit_level", "level", OfferLevel),
            models.CheckConstraint(
                condition=Q(holds=False) | Q(replaced_by__isnull=True),
                name="unit_level_replaced_holds_no_more",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="unit_level_valid_in_order",
            ),
            models.UniqueConstraint(
                fields=["order", "unit", "procedure"],
                condition=Q(rest=False),
                name="unit_level_once_an_order",
            ),
            ExclusionConstraint(
                name="unit_level_no_overlap",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    ("procedure", RangeOperators.EQUAL),
                    (DaySpan("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(holds=True),
                violation_error_message=_("Đã có mức độ khác cho những ngày này."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.procedure.code}: {self.level}"
