"""Targets: data with a validity and the document that set them."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Unit, UnitKind
from portal.lib.constraints import one_of


class Operator(models.TextChoices):
    """How a value is held against its target."""

    AT_LEAST = "ge", _("từ")
    AT_MOST = "le", _("không quá")


class TargetQuerySet(models.QuerySet["Target"]):
    """Reads over targets."""

    def on(self, day: datetime.date) -> TargetQuerySet:
        """Targets in force on `day`."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


class Target(models.Model):
    """The value a measure has to reach, for one unit or for a kind of unit (both empty: every unit).

    `value` is a share of 1 for percentages, otherwise in the unit of the measure. `valid_to` is the first day
    on which it no longer holds. `document` names the paper that set it.
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

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ["measure", "code"]
        constraints = [
            one_of("target", "operator", Operator),
            one_of("target", "unit_kind", UnitKind, or_empty=True),
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
