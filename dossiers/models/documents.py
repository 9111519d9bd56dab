"""Documents the portal issues: forms 01-07, results. Rendered once after commit, stored with their hash."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dossiers.models.dossiers import Dossier
from portal.accounts.models import Unit, User
from portal.lib.constraints import both_or_neither, one_of
from procedures.models import ResultKind


def verification_token() -> str:
    """A token nobody can guess, short enough for a QR code."""
    return secrets.token_urlsafe(12)


class DocumentKind(models.TextChoices):
    """Forms of TT 03/2025/TT-VPCP Annex I (01-07), results, receipts."""

    ACKNOWLEDGEMENT = "01", _("Giấy tiếp nhận hồ sơ và hẹn trả kết quả")
    SUPPLEMENT = "02", _("Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ")
    REFUSAL = "03", _("Phiếu từ chối tiếp nhận giải quyết hồ sơ")
    APOLOGY = "04", _("Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết")
    STOP = "05", _("Thông báo dừng giải quyết hồ sơ")
    CONTROL = "06", _("Phiếu kiểm soát quá trình giải quyết hồ sơ")
    RESULT = "result", _("Kết quả giải quyết")
    RECEIPT = "receipt", _("Biên lai thu phí, lệ phí")
    RECEIPT_NOTICE = "re_note", _("Thông báo về biên lai có sai sót, biên lai hủy")


class Document(models.Model):
    """One issued document.

    `context` is the immutable snapshot it is rendered from, written in the transaction of its cause; the
    bytes (sha256, size) follow after commit and are never rendered again. `token` opens the public
    verification page.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=8, choices=DocumentKind)
    number = models.CharField(max_length=80)
    title = models.CharField(max_length=300)
    template = models.CharField(max_length=120, help_text="print template the bytes come from")
    context = models.JSONField(default=dict)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    issued_at = models.DateTimeField()
    token = models.CharField(max_length=24, unique=True, default=verification_token)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)
    rendered_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.JSONField(default=list, help_text="names of the certificates that signed the bytes")

    class Meta:
        ordering = ["issued_at", "id"]
        constraints = [
            one_of("document", "kind", DocumentKind),
            models.UniqueConstraint(fields=["unit", "kind", "number"], name="document_number_once"),
            models.CheckConstraint(
                condition=Q(rendered_at__isnull=True, sha256="")
                | (Q(rendered_at__isnull=False) & ~Q(sha256="")),
                name="document_bytes_with_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class NumberSeries(models.Model):
    """The yearly counter of a unit for documents of one series (NĐ 30/2020/NĐ-CP); locked when taken."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    series = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "series", "year"], name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.series} {self.year}: {self.last}"


class Result(models.Model):
    """The result of a dossier: drafted, signed, numbered and issued by four different steps.

    Drafter is not signer; the signer does not give the number (separation rules, domain facts 7.1).
    """

    dossier = models.OneToOneField(Dossier, models.PROTECT, related_name="result")
    kind = models.ForeignKey(ResultKind, models.PROTECT, related_name="+")
    granted = models.BooleanField(default=True, help_text="false: the answer is a reasoned refusal")
    content = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    signer_title = models.CharField(max_length=120, blank=True)
    number = models.CharField(max_length=80, blank=True)
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    issued_at = models.DateTimeField(null=True, blank=True)
    document = models.OneToOneField(Document, models.PROTECT, null=True, blank=True, related_name="result")

    class Meta:
        constraints = [
            both_or_neither("result", "signed_pair", ["signed_by", "signed_at"]),
            both_or_neither("result", "issued_pair", ["issued_by", "issued_at", "document"]),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=models.F("drafted_by")),
                name="result_signer_is_not_drafter",
                violation_error_message=_("Người dự thảo không được tự ký kết quả."),
            ),
            models.CheckConstraint(
                condition=Q(issued_by__isnull=True) | ~Q(issued_by=models.F("signed_by")),
                name="result_issuer_is_not_signer",
                violation_error_message=_("Người ký không được tự cấp số, phát hành."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.number}"
