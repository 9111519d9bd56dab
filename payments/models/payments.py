"""Attempts to pay."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from dossiers.models import Dossier
from payments.models.assessments import FeeAssessment
from payments.models.desk import CashShift
from payments.models.sharing import PayLink, PaymentGroup
from payments.models.statements import StatementLine
from payments.workflow import PaymentState
from portal.accounts.models import Unit, User
from portal.lib.constraints import one_of


class Provider(models.TextChoices):
    """The road the money comes by."""

    VNPAY = "vnpay", _("VNPAY")
    CASH = "cash", _("Tiền mặt tại quầy")
    CARD = "card", _("Máy quẹt thẻ tại quầy")
    TRANSFER = "transfer", _("Chuyển khoản")
    SURPLUS = "surplus", _("Bù trừ khoản nộp thừa")
    NATIONAL = "national", _("Nền tảng thanh toán quốc gia")


class Payment(models.Model):
    """One attempt to pay an assessment. Only success is final.

    `reference` is what the provider is told (letters and digits, unique for ever); `provider_reference` is
    what it calls the payment itself, unique per provider where known. `merchant` is the account the money
    must have gone to. `is_surplus`: the money came although nothing was owed any more; it gives no receipt
    and is a work item. `settled_at` is when we booked it, `paid_at` when the payer paid by the provider's
    clock.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="payments")
    assessment = models.ForeignKey(FeeAssessment, models.PROTECT, related_name="payments")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", help_text="collecting unit")
    provider = models.CharField(max_length=10, choices=Provider)
    merchant = models.CharField(max_length=40)
    reference = models.CharField(max_length=80, unique=True)
    amount = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3, default="VND")
    state = models.CharField(max_length=12, choices=PaymentState, default=PaymentState.PENDING)
    provider_reference = models.CharField(max_length=64, blank=True)
    payer_name = models.CharField(max_length=250, blank=True, help_text="as on the receipt")
    started_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    shift = models.ForeignKey(CashShift, models.PROTECT, null=True, blank=True, related_name="payments")
    line = models.ForeignKey(StatementLine, models.PROTECT, null=True, blank=True, related_name="payments")
    group = models.ForeignKey(PaymentGroup, models.PROTECT, null=True, blank=True, related_name="parts")
    link = models.ForeignKey(PayLink, models.PROTECT, null=True, blank=True, related_name="payments")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    checks = models.PositiveSmallIntegerField(default=0)
    checked_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    is_surplus = models.BooleanField(default=False)
    source = models.CharField(
        max_length=10, blank=True, help_text="what settled it: ipn, return, poll, cashier, bank"
    )
    facts = models.JSONField(default=dict, help_text="the provider's last verified message")

    history = HistoricalRecords(excluded_fields=["facts"])

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("payment", "state", PaymentState),
            one_of("payment", "provider", Provider),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(provider="transfer", line__isnull=False)
                | (~Q(provider="transfer") & Q(line__isnull=True)),
                name="payment_transfer_has_its_line",
            ),
            models.CheckConstraint(
                condition=Q(reference__regex=r"^[A-Za-z0-9]+$"), name="payment_reference_form"
            ),
            models.CheckConstraint(
                condition=Q(state="settled", settled_at__isnull=False, paid_at__isnull=False)
                | (~Q(state="settled") & Q(settled_at__isnull=True, paid_at__isnull=True, is_surplus=False)),
                name="payment_settled_exactly_when",
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_reference"],
                condition=~Q(provider_reference=""),
                name="payment_provider_reference_once",
            ),
            models.UniqueConstraint(
                fields=["dossier", "provider"], condition=Q(state="pending"), name="payment_one_pending"
            ),
            models.UniqueConstraint(
                fields=["assessment"],
                condition=Q(state="settled", is_surplus=False),
                name="payment_one_settled",
            ),
        ]
        indexes = [
            models.Index(fields=["next_check_at"], condition=Q(state="pending"), name="payment_to_check"),
            models.Index(fields=["unit", "settled_at"], name="payment_unit_settled"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def order_reference(self) -> str:
        """What the gateway knows this attempt by: that of its group when it is a part of one."""
        return self.group.reference if self.group else self.reference

    @property
    def order_provider_reference(self) -> str:
        """What the gateway calls the payment: of a part without the number of the part."""
        return self.provider_reference.rpartition(".")[0] if self.group else self.provider_reference
