"""The evening's proof: what the gateway says, what the ledger says, what the receipts say."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from payments.models.payments import Provider
from portal.accounts.models import Unit
from portal.lib.constraints import one_of


class GatewayReport(models.Model):
    """A gateway's own list of one day, as it was read last; `lines` are its rows."""

    provider = models.CharField(max_length=10, choices=Provider)
    day = models.DateField()
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["-day", "provider"]
        constraints = [
            one_of("gateway_report", "provider", Provider),
            models.UniqueConstraint(fields=["provider", "day"], name="gateway_report_once"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.day}"


class GatewayReportLine(models.Model):
    """One payment the gateway says it took: our reference, its own, whole VND."""

    report = models.ForeignKey(GatewayReport, models.CASCADE, related_name="lines")
    reference = models.CharField(max_length=80)
    provider_reference = models.CharField(max_length=64)
    amount = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "reference", "provider_reference"], name="gateway_report_line_once"
            )
        ]

    def __str__(self) -> str:
        return self.reference


class DayBalance(models.Model):
    """One unit, one day, one road: three sums in whole VND. `outside` None: nobody outside keeps a list of it.

    `receipts` counts a surplus too: money that rightly has no receipt. Computed again by every check of the day.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    day = models.DateField()
    provider = models.CharField(max_length=10, choices=Provider)
    outside = models.BigIntegerField(null=True, blank=True)
    ledger = models.BigIntegerField()
    receipts = models.BigIntegerField()
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ["-day", "unit", "provider"]
        constraints = [
            one_of("day_balance", "provider", Provider),
            models.UniqueConstraint(
                fields=["unit", "day", "provider"], name="day_balance_once", nulls_distinct=False
            ),
        ]
        indexes = [
            models.Index(
                fields=["day"],
                condition=~Q(ledger=F("receipts")) | Q(outside__isnull=False) & ~Q(outside=F("ledger")),
                name="day_balance_differs",
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.day} {self.provider}"

    @property
    def agrees(self) -> bool:
        """Whether the three (or two) sums are one."""
        return self.ledger == self.receipts and self.outside in {None, self.ledger}


class RetainedShare(models.Model):
    """How much of a phí its collector keeps, in percent, on the days it is valid; a lệ phí goes to the State whole.

    `code` is the fee's code in the catalogue. `valid_to` is the first day it no longer holds.
    """

    code = models.CharField(max_length=60)
    percent = models.PositiveSmallIntegerField()
    legal_basis = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["code", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="retained_share_once"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="retained_share_percent"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="retained_share_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.percent}%"
