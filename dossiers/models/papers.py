"""Papers of a unit that belong to no single dossier: lists, registers. Rendered once, stored with their hash."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dossiers.models.documents import verification_token
from portal.accounts.models import Unit, User
from portal.lib.constraints import one_of


class UnitPaperKind(models.TextChoices):
    """What such a paper is; the register is form 07 of TT 03/2025/TT-VPCP, form 06 of TT 01/2018/TT-VPCP."""

    DISPATCH = "dispatch", _("Danh sách giao nhận hồ sơ")
    REGISTER = "register", _("Sổ theo dõi hồ sơ")


class UnitPaper(models.Model):
    """One issued paper of a unit, made like a `Document`: `context` frozen in its transaction, bytes after commit.

    `first_day` and `last_day` are the period of a register (Hanoi's dates).
    """

    kind = models.CharField(max_length=8, choices=UnitPaperKind)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    number = models.CharField(max_length=80)
    title = models.CharField(max_length=300)
    template = models.CharField(max_length=120)
    context = models.JSONField(default=dict)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    token = models.CharField(max_length=24, unique=True, default=verification_token)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)
    rendered_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.JSONField(default=list)

    class Meta:
        ordering = ["-issued_at", "-id"]
        constraints = [
            one_of("unit_paper", "kind", UnitPaperKind),
            models.UniqueConstraint(fields=["unit", "kind", "number"], name="unit_paper_number_once"),
            models.CheckConstraint(
                condition=Q(rendered_at__isnull=True, sha256="")
                | (Q(rendered_at__isnull=False) & ~Q(sha256="")),
                name="unit_paper_bytes_with_time",
            ),
            models.CheckConstraint(
                condition=Q(kind=UnitPaperKind.REGISTER, first_day__isnull=False, last_day__isnull=False)
                | (~Q(kind=UnitPaperKind.REGISTER) & Q(first_day__isnull=True, last_day__isnull=True)),
                name="unit_paper_period_of_registers",
            ),
        ]
        indexes = [models.Index(fields=["unit", "kind", "-issued_at"], name="unit_paper_latest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def period(self) -> tuple[datetime.date, datetime.date] | None:
        """First and last day of a register."""
        return (self.first_day, self.last_day) if self.first_day and self.last_day else None
