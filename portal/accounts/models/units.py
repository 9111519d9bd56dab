"""Units of the city: one tree with validity dates."""

from __future__ import annotations

import datetime
from typing import TypedDict

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from portal.lib.constraints import one_of


class HoursPeriod(TypedDict):
    """Office hours from a day on: (open, close) local times in order; the first period of a unit has no `first` day.

    `known` is the instant at which two persons had decided it (ISO), None when it always stood there: whoever counted
    before that instant did not know of it.
    """

    first: str | None
    known: str | None
    hours: list[list[str]]


def office_hours() -> list[HoursPeriod]:
    """Hanoi's administrative hours, 8:00-12:00 and 13:00-17:00 (practice, to be confirmed per unit)."""
    return [{"first": None, "known": None, "hours": [["08:00", "12:00"], ["13:00", "17:00"]]}]


class UnitKind(models.TextChoices):
    """What a unit is in the tree."""

    CITY = "city", _("Thành phố")
    CENTRE = "centre", _("Trung tâm Phục vụ hành chính công thành phố")
    BRANCH = "branch", _("Chi nhánh Trung tâm")
    DEPARTMENT = "department", _("Sở, ban, ngành")
    COMMUNE = "commune", _("Xã, phường")


class UnitQuerySet(models.QuerySet["Unit"]):
    """Reads over the tree."""

    def valid_on(self, day: datetime.date) -> UnitQuerySet:
        """Units that exist on `day`."""
        return self.filter(Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gt=day))

    def communes(self) -> UnitQuerySet:
        """Wards and communes."""
        return self.filter(kind=UnitKind.COMMUNE)

    def receiving(self) -> UnitQuerySet:
        """Units with a one-stop counter: communes, the Centre's branches."""
        return self.filter(kind__in=[UnitKind.COMMUNE, UnitKind.BRANCH])


class Unit(models.Model):
    """A unit: the city, its Centre, a branch, a department, a commune or ward.

    `code` is the official five-digit code of a commune, a code of our own for the others;
    `agency_code` is the electronic identification code under H26 (Decision 20/2020/QĐ-TTg): the city's
    list was not found, so loaded values are samples and `agency_code_confirmed` stays false.
    `valid_to` is the first day on which the unit no longer exists. `office_hours` only grows, by orders of two persons.
    """

    code = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=12, choices=UnitKind)
    is_ward = models.BooleanField(default=False, help_text="phường (ward) rather than xã (commune)")
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    sort_key = models.CharField(max_length=200, help_text="Vietnamese order, computed from the name")
    search_text = models.CharField(max_length=600, help_text="name and former districts without diacritics")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    former_districts = models.JSONField(default=list, blank=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    area_km2 = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    agency_code = models.CharField(max_length=35, unique=True)
    agency_code_confirmed = models.BooleanField(default=False)
    tax_code = models.CharField(max_length=14, blank=True)
    address = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    office_hours = models.JSONField(default=office_hours)
    valid_from = models.DateField(default=datetime.date(2025, 7, 1))
    valid_to = models.DateField(null=True, blank=True)

    history = HistoricalRecords()
    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key"]
        constraints = [
            one_of("unit", "kind", UnitKind),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="unit_valid_in_order",
                violation_error_message=_("Ngày hết hiệu lực phải sau ngày có hiệu lực."),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """The name with its kind, as on a letterhead: "Phường Ba Đình"."""
        if self.kind == UnitKind.COMMUNE:
            return self.commune_name(self.name, is_ward=self.is_ward)
        return self.name

    @staticmethod
    def commune_name(name: str, *, is_ward: bool) -> str:
        """The name of a commune or ward with its kind."""
        return f"{'Phường' if is_ward else 'Xã'} {name}"
