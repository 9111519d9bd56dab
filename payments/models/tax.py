"""The daily summary of receipts for the tax authority (form 01/TH-BLĐT), its lines, and where it stands."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.models.receipts import Receipt, ReceiptCorrection
from portal.accounts.models import Unit, User
from portal.lib.constraints import both_or_neither, one_of


class TaxState(models.TextChoices):
    """Where a summary stands."""

    WAITING = "waiting", _("Chờ gửi")
    SENT = "sent", _("Cơ quan thuế đã nhận")
    REFUSED = "refused", _("Cơ quan thuế từ chối")
    BY_HAND = "by_hand", _("Đã nộp ngoài hệ thống")


class TaxSummary(models.Model):
    """What one collecting unit issued, replaced and cancelled on one day; a later part holds what came after.

    `xml` is written once with its SHA-256. `failed_since` is the first failure of sending; `late_at` the end of
    the three working days that NĐ 254/2026/NĐ-CP art. 27 leaves after a technical failure.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    day = models.DateField()
    part = models.PositiveSmallIntegerField(default=1)
    count = models.PositiveIntegerField()
    total = models.BigIntegerField(help_text="VND issued less VND cancelled and replaced")
    xml = models.TextField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=TaxState, default=TaxState.WAITING)
    code = models.CharField(
        max_length=80, blank=True, help_text="the authority's own reference, or its refusal"
    )
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    failed_since = models.DateTimeField(null=True, blank=True)
    late_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    handed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-day", "unit", "-part"]
        constraints = [
            one_of("tax_summary", "state", TaxState),
            models.UniqueConstraint(fields=["unit", "day", "part"], name="tax_summary_part_once"),
            both_or_neither("tax_summary", "failed_pair", ["failed_since", "late_at"]),
            models.CheckConstraint(
                condition=Q(state__in=["sent", "by_hand"], ended_at__isnull=False)
                | (~Q(state__in=["sent", "by_hand"]) & Q(ended_at__isnull=True)),
                name="tax_summary_ended_exactly_when",
            ),
            models.CheckConstraint(
                condition=Q(state="by_hand", handed_by__isnull=False)
                | (~Q(state="by_hand") & Q(handed_by__isnull=True)),
                name="tax_summary_handed_by",
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="tax_summary_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.day} {self.part}"


class TaxLine(models.Model):
    """One line: a receipt as issued, or (`correction`) what was later done about it. Each is told once."""

    summary = models.ForeignKey(TaxSummary, models.PROTECT, related_name="lines")
    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="tax_lines")
    correction = models.OneToOneField(
        ReceiptCorrection, models.PROTECT, null=True, blank=True, related_name="tax_line"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["receipt"], condition=Q(correction__isnull=True), name="tax_line_issued_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.summary_id} {self.receipt_id}"
