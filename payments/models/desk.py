"""The cash desk: shifts with counted cash."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Unit, User
from portal.lib.constraints import both_or_neither


class UnitDay(models.Model):
    """The cash desk of one unit on one day, from its first shift until it is closed for good.

    Triggers refuse a shift on a closed day, closing a day with an open shift, and opening a closed day again.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="desk_days")
    day = models.DateField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-day", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "day"], name="unit_day_once"),
            both_or_neither("unit_day", "closed_pair", ["closed_at", "closed_by"]),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.day}"


class CashShift(models.Model):
    """One cashier's drawer from opening to closing. Amounts are whole VND.

    `day` is the desk day it was opened on. The counted cash may be handed over to a colleague, who confirms it.
    At closing `expected` is the opening float plus the cash taken by the ledger; the difference to `counted`
    is booked and explained, never adjusted away.
    """

    cashier = models.ForeignKey(User, models.PROTECT, related_name="cash_shifts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    day = models.ForeignKey(UnitDay, models.PROTECT, related_name="shifts")
    opened_at = models.DateTimeField()
    opening_float = models.PositiveBigIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    expected = models.BigIntegerField(null=True, blank=True)
    counted = models.PositiveBigIntegerField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    handed_to = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    received_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(handed_to__isnull=True)
                | (Q(closed_at__isnull=False) & ~Q(handed_to=F("cashier"))),
                name="cash_shift_handed_to_another",
                violation_error_message=_("Người nhận bàn giao phải là người khác."),
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | Q(handed_to__isnull=False),
                name="cash_shift_received_from_somebody",
            ),
            both_or_neither("cash_shift", "closing", ["closed_at", "expected", "counted"]),
            models.UniqueConstraint(
                fields=["cashier"],
                condition=Q(closed_at__isnull=True),
                name="cash_shift_one_open",
                violation_error_message=_("Bạn đang có một ca thu chưa chốt."),
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="cash_shift_in_order",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(counted=F("expected")) | ~Q(note=""),
                name="cash_shift_difference_explained",
                violation_error_message=_("Có chênh lệch: hãy ghi lý do."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.cashier_id} {self.opened_at:%Y-%m-%d %H:%M}"

    @property
    def difference(self) -> int:
        """Counted minus expected; 0 while the shift is open."""
        return (self.counted or 0) - (self.expected or 0)
