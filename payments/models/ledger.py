"""The ledger: double entry, append-only."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from dossiers.models import Dossier
from payments.models.assessments import FeeAssessment
from payments.models.desk import CashShift
from payments.models.payments import Payment
from payments.models.statements import StatementLine
from portal.accounts.models import Unit
from portal.lib.constraints import one_of


class Account(models.TextChoices):
    """Accounts of the portal's own books (not the State's chart of accounts)."""

    RECEIVABLE = "receivable", _("Phải thu của người nộp")
    GATEWAY = "gateway_clearing", _("Tiền đang ở cổng thanh toán")
    CARD = "card_clearing", _("Tiền quẹt thẻ chờ ngân hàng báo có")
    BANK = "bank", _("Tiền trong tài khoản thu")
    TO_ASSIGN = "to_assign", _("Chuyển khoản chờ nhận ra")
    OTHER = "other", _("Khoản khác không phải phí, lệ phí")
    DRAWER = "cash_drawer", _("Tiền mặt tại quầy")
    HANDED_OVER = "cash_handed_over", _("Tiền mặt đã bàn giao")
    DIFFERENCE = "cash_difference", _("Chênh lệch kiểm đếm")
    REVENUE_FEE = "revenue_phi", _("Thu phí")
    REVENUE_CHARGE = "revenue_le_phi", _("Thu lệ phí")
    SUBSIDY = "subsidy", _("Thành phố hỗ trợ")
    SURPLUS = "surplus", _("Nộp thừa chờ xử lý")
    BETWEEN = "between_units", _("Bù trừ giữa các hồ sơ, đơn vị")


class EntryKind(models.TextChoices):
    """Why a transaction was booked."""

    ASSESSED = "assessed", _("Xác định phải nộp")
    REVERSED = "reversed", _("Đảo bút toán xác định cũ")
    SETTLED = "settled", _("Đã thu")
    SURPLUS = "surplus", _("Nộp thừa")
    REFUNDED = "refunded", _("Đã hoàn")
    BANKED = "banked", _("Ngân hàng báo có")
    SET_ASIDE = "set_aside", _("Không phải phí, lệ phí")
    SHIFT_CLOSED = "shift_closed", _("Chốt ca thu")


class LedgerEntry(models.Model):
    """One line of a transaction. `amount` is signed whole VND: debit positive, credit negative.

    The lines of one `transaction` add up to zero (a deferred constraint trigger refuses the commit otherwise)
    and no line is ever changed or deleted (a trigger); corrections are counter-entries.
    """

    transaction = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=12, choices=EntryKind)
    account = models.CharField(max_length=20, choices=Account)
    amount = models.BigIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, blank=True, related_name="ledger")
    assessment = models.ForeignKey(
        FeeAssessment, models.PROTECT, null=True, blank=True, related_name="ledger"
    )
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, blank=True, related_name="ledger")
    shift = models.ForeignKey(CashShift, models.PROTECT, null=True, blank=True, related_name="ledger")
    line = models.ForeignKey(StatementLine, models.PROTECT, null=True, blank=True, related_name="ledger")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("ledger_entry", "account", Account),
            one_of("ledger_entry", "kind", EntryKind),
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_entry_not_zero"),
        ]
        indexes = [models.Index(fields=["unit", "account", "at"], name="ledger_unit_account")]

    def __str__(self) -> str:
        return f"{self.account} {self.amount:+d}"
