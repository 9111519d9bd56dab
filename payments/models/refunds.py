"""Giving money back, or using it for another dossier."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from dossiers.models import Dossier
from payments.models.desk import CashShift
from payments.models.payments import Payment
from payments.models.receipts import Receipt
from payments.workflow import RefundState
from portal.accounts.models import User
from portal.lib.constraints import both_or_neither, one_of


def request_id() -> str:
    """What the gateway knows a refund by: the same for every try, so that it is done once."""
    return uuid.uuid4().hex


class RefundWay(models.TextChoices):
    """By which road money goes back."""

    GATEWAY = "gateway", _("Qua cổng thanh toán")
    CASH = "cash", _("Tiền mặt tại quầy")
    TRANSFER = "transfer", _("Chuyển khoản cho người nộp")
    APPLY = "apply", _("Dùng cho hồ sơ khác của người nộp")


class Refund(models.Model):
    """A part or the whole of one payment that is given back: of a surplus, or of a receipted fee (`receipt`).

    One person asks; above the limit of the configuration (`needs_two`) another approves. Together the refunds of
    a payment, and those of a receipt, never exceed it (checked under the payment's lock). `amount` is whole VND.
    `target` is the dossier a surplus is used for, `shift` the drawer cash came from, `paid_reference` the bank's
    number of a transfer, unique for ever.
    """

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    receipt = models.ForeignKey(Receipt, models.PROTECT, null=True, blank=True, related_name="refunds")
    amount = models.PositiveBigIntegerField()
    way = models.CharField(max_length=10, choices=RefundWay, default=RefundWay.GATEWAY)
    target = models.ForeignKey(Dossier, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=RefundState, default=RefundState.ASKED)
    client_key = models.UUIDField(unique=True, null=True)
    needs_two = models.BooleanField(default=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    request_id = models.CharField(max_length=32, unique=True, default=request_id)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    code = models.CharField(max_length=10, blank=True, help_text="the gateway's last answer")
    shift = models.ForeignKey(CashShift, models.PROTECT, null=True, blank=True, related_name="+")
    paid_reference = models.CharField(max_length=60, blank=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("refund", "state", RefundState),
            one_of("refund", "way", RefundWay),
            both_or_neither("refund", "decided_pair", ["decided_by", "decided_at"]),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(needs_two=False) | ~Q(decided_by=F("asked_by")),
                name="refund_two_persons",
                violation_error_message=_("Người đề nghị không được tự duyệt hoàn tiền."),
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_by__isnull=True)
                | (~Q(state="asked") & Q(decided_by__isnull=False)),
                name="refund_decided_exactly_when",
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False)
                | (~Q(state="done") & Q(done_at__isnull=True)),
                name="refund_done_exactly_when",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0) & ~Q(reason=""), name="refund_of_something"),
            models.CheckConstraint(
                condition=Q(way="apply", target__isnull=False, receipt__isnull=True)
                | (~Q(way="apply") & Q(target__isnull=True)),
                name="refund_applied_to_a_dossier",
            ),
            models.CheckConstraint(
                condition=Q(state="sending", way="gateway") | ~Q(state="sending"),
                name="refund_sent_by_gateway",
            ),
            models.UniqueConstraint(
                fields=["paid_reference"], condition=~Q(paid_reference=""), name="refund_paid_reference_once"
            ),
        ]
        indexes = [models.Index(fields=["next_try_at"], condition=Q(state="sending"), name="refund_to_send")]

    def __str__(self) -> str:
        return f"{self.payment_id}: {self.amount}"
