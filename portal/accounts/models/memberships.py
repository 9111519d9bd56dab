"""Memberships: the posts officers hold in units."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from portal.accounts.models.units import Unit
from portal.accounts.models.users import User
from portal.accounts.permissions import Role
from portal.lib.constraints import one_of


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Reads over posts."""

    def on(self, day: datetime.date) -> MembershipQuerySet:
        """Posts held on `day`."""
        return self.filter(Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gt=day))


class Membership(models.Model):
    """A user holds a role in a unit from `valid_from` until the day before `valid_to`."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    title = models.CharField(
        max_length=120, blank=True, help_text="as under a signature: Chủ tịch, Phó Chủ tịch"
    )
    valid_from = models.DateField(default=datetime.date(2025, 7, 1))
    valid_to = models.DateField(null=True, blank=True)

    history = HistoricalRecords()
    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("membership", "role", Role),
            models.UniqueConstraint(
                fields=["user", "unit", "role"],
                condition=Q(valid_to__isnull=True),
                name="membership_once",
                violation_error_message=_("Người này đã giữ vai trò đó tại đơn vị."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="membership_valid_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.unit}"
