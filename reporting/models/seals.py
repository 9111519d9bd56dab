"""Closed months: what was counted when a month was sealed, the chain of seals, and dated corrections since."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Unit
from portal.lib.constraints import one_of


class Seal(models.Model):
    """One closed month, never changed (a trigger refuses it).

    `days` holds per day ("2026-10-05") the SHA-256 and number of its sealed counts, events and ledger lines.
    `codes` are the facts that were counted; facts added to the program later do not break the seal.
    `adjustments` tells the last correction known when sealing, with the digest of all new ones. `digest` is the
    SHA-256 over everything above and `previous`, the digest of the month before: a chain.
    """

    month = models.DateField(unique=True, help_text="its first day")
    contract = models.CharField(max_length=64, help_text="fingerprint of the definitions counted with")
    codes = models.JSONField()
    rows = models.PositiveIntegerField()
    days = models.JSONField()
    adjustments = models.JSONField()
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    sealed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["month"]
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="seal_first_day"),
            models.UniqueConstraint(fields=["previous"], name="seal_one_follower"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.digest[:12]}"


class SealedCount(models.Model):
    """The counts of one day of one unit as they were sealed, zeros left out; never changed."""

    day = models.DateField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    counts = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "unit"], name="sealed_count_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.unit_id}"


class Cause(models.TextChoices):
    """What made a sealed number change."""

    EVENT = "event", _("Sự việc phát sinh sau khi chốt")
    COMPARISON = "comparison", _("Đối chiếu hằng đêm")
    REBUILD = "rebuild", _("Tính lại toàn bộ")


class Adjustment(models.Model):
    """A dated correction of a sealed month: sealed counts + corrections = today's counts. Never changed."""

    day = models.DateField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    fact = models.CharField(max_length=40)
    change = models.BigIntegerField()
    cause = models.CharField(max_length=12, choices=Cause)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("adjustment", "cause", Cause),
            models.CheckConstraint(condition=~Q(change=0), name="adjustment_not_zero"),
        ]
        indexes = [models.Index(fields=["day", "unit"], name="adjustment_day_unit")]

    def __str__(self) -> str:
        return f"{self.day} {self.unit_id} {self.fact} {self.change:+d}"
