"""Receipt books and receipts."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from dossiers.models import Document, Dossier
from payments.models.payments import Payment
from payments.symbols import shown
from portal.accounts.models import Unit, User
from portal.lib.constraints import both_or_neither, one_of
from procedures.models import FeeKind


class ReceiptBookQuerySet(models.QuerySet["ReceiptBook"]):
    """Books by where they stand."""

    def in_use(self) -> ReceiptBookQuerySet:
        """Open ones: at most one per unit, kind, template symbol and year."""
        return self.filter(opened_at__isnull=False, closed_at__isnull=True)

    def waiting(self) -> ReceiptBookQuerySet:
        """Approved ones whose turn has not come, smallest numbers first."""
        return self.filter(
            approved_at__isnull=False, opened_at__isnull=True, closed_at__isnull=True
        ).order_by("first_number", "id")

    def proposed(self) -> ReceiptBookQuerySet:
        """Those that wait for the second person."""
        return self.filter(proposed_at__isnull=False, approved_at__isnull=True, closed_at__isnull=True)


class ReceiptBook(models.Model):
    """A series of receipt numbers, or an allotted range of one, of one collecting unit for one kind and year.

    The row is locked by whoever takes `next_number`, in the last statements of the transaction that uses it,
    so numbers have no gap. `is_sample`: made by the portal because the unit registered none; its receipts say
    so on their face. A registered one is proposed by one person, approved by another, opened when the one
    before it is full or was a sample, and closed for good. A range of somebody else's series
    (`delegated_from`, NĐ 254/2026/NĐ-CP art. 25) takes the numbers above those allotted before.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="receipt_books")
    kind = models.CharField(max_length=8, choices=FeeKind)
    template_symbol = models.CharField(max_length=12)
    symbol = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    digits = models.PositiveSmallIntegerField()
    first_number = models.PositiveIntegerField(default=1)
    last_number = models.PositiveIntegerField(
        null=True, blank=True, help_text="empty: as far as the digits reach"
    )
    next_number = models.PositiveIntegerField(default=1)
    is_sample = models.BooleanField(default=False)
    delegated_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="ranges")
    registration = models.CharField(
        max_length=120,
        blank=True,
        help_text="number and day of the tax authority's notice, or of the delegation",
    )
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    history = HistoricalRecords(excluded_fields=["next_number"])
    objects = ReceiptBookQuerySet.as_manager()

    class Meta:
        ordering = ["unit", "year", "symbol", "first_number"]
        constraints = [
            one_of("receipt_book", "kind", FeeKind),
            both_or_neither("receipt_book", "proposed_pair", ["proposed_by", "proposed_at"]),
            both_or_neither("receipt_book", "approved_pair", ["approved_by", "approved_at"]),
            models.UniqueConstraint(
                fields=["unit", "template_symbol", "symbol", "year", "first_number"],
                name="receipt_book_symbol_once",
                violation_error_message=_("Ký hiệu này đã được khai cho đơn vị trong năm."),
            ),
            models.UniqueConstraint(
                fields=["unit", "kind", "template_symbol", "year"],
                condition=Q(opened_at__isnull=False, closed_at__isnull=True),
                name="receipt_book_one_in_use",
            ),
            models.CheckConstraint(
                condition=Q(first_number__gt=0, next_number__gte=F("first_number"))
                & (Q(last_number__isnull=True) | Q(last_number__gte=F("first_number"))),
                name="receipt_book_from_one",
            ),
            models.CheckConstraint(
                condition=Q(last_number__isnull=True) | Q(next_number__lte=F("last_number") + 1),
                name="receipt_book_within_range",
            ),
            models.CheckConstraint(condition=Q(digits__in=[7, 8]), name="receipt_book_digits"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="receipt_book_two_persons",
                violation_error_message=_("Người đề nghị không được tự duyệt."),
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True) | Q(is_sample=True) | Q(approved_at__isnull=False),
                name="receipt_book_open_when_approved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_symbol} {self.symbol}"

    @property
    def end(self) -> int:
        """The highest number that may be used."""
        return self.last_number or int("9" * self.digits)

    @property
    def left(self) -> int:
        """How many numbers are left."""
        return max(self.end - self.next_number + 1, 0)

    @property
    def is_full(self) -> bool:
        """Whether the next number lies beyond the range."""
        return self.left == 0

    @property
    def runs_short(self) -> bool:
        """Whether less than a tenth of a limited range is left."""
        return self.last_number is not None and self.left * 10 < self.last_number - self.first_number + 1

    @property
    def principal(self) -> Unit:
        """The unit in whose name and with whose tax code receipts of this book are issued."""
        return self.delegated_from.unit if self.delegated_from else self.unit


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    """Receipts by whether they hold."""

    def in_force(self) -> ReceiptQuerySet:
        """Those that nothing replaced or cancelled."""
        ended = ReceiptCorrection.objects.filter(receipt=OuterRef("pk"), kind__in=ENDING, approved=True)
        return self.filter(~Exists(ended))


class Receipt(models.Model):
    """A receipt: immutable (a trigger refuses UPDATE and DELETE); cancelling or replacing is another row.

    One per payment and kind: phí and lệ phí have separate receipts; one more for each replacement
    (`replaces`). `collected_on` is the local day the payer
    paid, by the provider's clock.
    """

    book = models.ForeignKey(ReceiptBook, models.PROTECT, related_name="receipts")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=FeeKind)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="receipts")
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="receipts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    payer_name = models.CharField(max_length=250)
    payer_address = models.CharField(max_length=400, blank=True)
    lines = models.JSONField()
    total = models.PositiveBigIntegerField()
    total_in_words = models.CharField(max_length=300)
    collected_on = models.DateField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    document = models.OneToOneField(Document, models.PROTECT, related_name="receipt")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        ordering = ["book", "number"]
        constraints = [
            one_of("receipt", "kind", FeeKind),
            models.UniqueConstraint(fields=["book", "number"], name="receipt_number_once"),
            models.UniqueConstraint(
                fields=["payment", "kind"],
                condition=Q(replaces__isnull=True),
                name="receipt_one_per_payment_and_kind",
                violation_error_message=_("Khoản nộp này đã có biên lai."),
            ),
            models.CheckConstraint(condition=Q(total__gt=0, number__gt=0), name="receipt_for_something"),
        ]
        indexes = [models.Index(fields=["unit", "collected_on"], name="receipt_unit_day")]

    def __str__(self) -> str:
        return self.full_number

    @property
    def full_number(self) -> str:
        """Symbol and number as printed: "26TAA 00000012"."""
        return f"{self.book.symbol} {self.padded}"

    @property
    def padded(self) -> str:
        """The number alone, padded as the series demands."""
        return shown(self.number, self.book.digits)


class CorrectionKind(models.TextChoices):
    """What is done about a wrong receipt (TT 91/2026/TT-BTC art. 20; before: NĐ 123/2020/NĐ-CP)."""

    NOTICE = "notice", _("Thông báo sai sót")
    REPLACE = "replace", _("Biên lai thay thế")
    CANCEL = "cancel", _("Hủy biên lai")


ENDING = [CorrectionKind.REPLACE, CorrectionKind.CANCEL]


class ReceiptCorrection(models.Model):
    """A correction of a receipt, asked by one person and decided by another.

    `changes` is a list of {field, wrong, right}. Approved, a notice and a cancellation issue `document` (to the
    payer and the tax authority), a replacement issues the new receipt, which points to the old one.
    """

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="corrections")
    kind = models.CharField(max_length=8, choices=CorrectionKind)
    reason = models.CharField(max_length=300)
    changes = models.JSONField(default=list)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    approved = models.BooleanField(null=True, blank=True)
    replacement = models.OneToOneField(
        Receipt, models.PROTECT, null=True, blank=True, related_name="correction"
    )
    document = models.OneToOneField(Document, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            one_of("receipt_correction", "kind", CorrectionKind),
            both_or_neither("receipt_correction", "decided_pair", ["decided_by", "decided_at", "approved"]),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="receipt_correction_two_persons",
                violation_error_message=_("Người đề nghị không được tự duyệt."),
            ),
            models.CheckConstraint(
                condition=Q(kind="replace", approved=True, replacement__isnull=False)
                | (~Q(kind="replace", approved=True) & Q(replacement__isnull=True))
                | Q(approved__isnull=True, replacement__isnull=True),
                name="receipt_correction_replacement",
            ),
            models.UniqueConstraint(
                fields=["receipt"], condition=Q(decided_at__isnull=True), name="receipt_correction_one_open"
            ),
            models.UniqueConstraint(
                fields=["receipt"],
                condition=Q(approved=True, kind__in=["replace", "cancel"]),
                name="receipt_correction_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.receipt_id}"
