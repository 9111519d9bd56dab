"""Giving back what was paid too much."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from payments.models.payments import Payment
from payments.workflow import RefundState
from portal.accounts.models import User
from portal.lib.constraints import both_or_neither, one_of


def request_id() -> str:
    """What the gateway knows a refund by: the same for every try, so that it is done once."""
    return uuid.uuid4().hex


class Refund(models.Model):
    """The full refund of one surplus payment: one person asks, another approves, the gateway gives back.

    A surplus has no receipt, so nothing has to be cancelled. `amount` is whole VND.
    """

    payment = models.OneToOneField(Payment, models.PROTECT, related_name="refund")
    amount = models.PositiveBigIntegerField()
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=RefundState, default=RefundState.ASKED)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    request_id = models.CharField(max_length=32, unique=True, default=request_id)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    code = models.CharField(max_length=10, blank=True, help_text="the gateway's last answer")
    done_at = models.DateTimeField(null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("refund", "state", RefundState),
            both_or_neither("refund", "decided_pair", ["decided_by", "decided_at"]),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
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
        ]
        indexes = [models.Index(fields=["next_try_at"], condition=Q(state="sending"), name="refund_to_send")]

    def __str__(self) -> str:
        return f"{self.payment_id}: {self.amount}"
