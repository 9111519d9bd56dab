"""Work items for a person: what no program may decide about money."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dossiers.models import Dossier
from payments.models.payments import Payment
from portal.accounts.models import Unit, User
from portal.lib.constraints import both_or_neither, one_of


class IncidentKind(models.TextChoices):
    """What happened."""

    SURPLUS = "surplus", _("Nộp thừa: hồ sơ đã nộp đủ")
    AMOUNT = "amount", _("Số tiền không khớp")
    CURRENCY = "currency", _("Đồng tiền không khớp")
    MERCHANT = "merchant", _("Tài khoản nhận không khớp")
    REUSED = "reused", _("Mã giao dịch đã dùng cho khoản nộp khác")
    SIGNATURE = "signature", _("Thông báo có chữ ký sai")
    UNKNOWN = "unknown", _("Giao dịch không rõ của khoản nộp nào")
    SUSPECT = "suspect", _("Đã trừ tiền nhưng giao dịch bị nghi ngờ hoặc bị đảo")
    REFUND = "refund", _("Hồ sơ đã rút hoặc dừng sau khi nộp phí: xem xét hoàn")
    RECEIPT = "receipt", _("Đã hoàn tiền: biên lai phải được hủy hoặc thay thế")
    REFUND_REFUSED = "no_refund", _("Cổng thanh toán từ chối hoàn tiền")
    SILENT = "silent", _("Cổng thanh toán không trả lời")
    DIFFERENCE = "difference", _("Chênh lệch khi đối soát ba bên")
    NO_REPORT = "no_report", _("Không có danh sách của cổng thanh toán")
    TRANSFER = "transfer", _("Chuyển khoản chưa rõ của hồ sơ nào")
    CASH = "cash", _("Chênh lệch tiền mặt khi chốt ca")
    TAX = "tax", _("Bảng tổng hợp biên lai chưa đến cơ quan thuế")


class PaymentIncident(models.Model):
    """One work item, open until a person settles it. `key` names the cause, so that one cause is one item."""

    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=10, choices=IncidentKind)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, blank=True, related_name="+")
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, blank=True, related_name="incidents")
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    facts = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    resolution = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            one_of("payment_incident", "kind", IncidentKind),
            both_or_neither("payment_incident", "settled_pair", ["settled_at", "settled_by"]),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | ~Q(resolution=""),
                name="payment_incident_settled_with_words",
                violation_error_message=_("Hãy ghi cách đã xử lý."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "-opened_at"], condition=Q(settled_at__isnull=True), name="incident_open"
            )
        ]

    def __str__(self) -> str:
        return self.key
