"""Receipt books and receipts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from dossiers.models import Document, Dossier
from payments.models.payments import Payment
from payments.symbols import shown
from portal.accounts.models import Unit, User
from portal.lib.constraints import one_of
from procedures.models import FeeKind


class ReceiptBook(models.Model):
    """A series of receipt numbers of one collecting unit for one kind and year, starting at 1.

    The row is locked by whoever takes `next_number`, in the last statements of the transaction that uses it,
    so numbers have no gap. `is_sample`: made by the portal because the unit registered none; its receipts say
    so on their face.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="receipt_books")
    kind = models.CharField(max_length=8, choices=FeeKind)
    template_symbol = models.CharField(max_length=12)
    symbol = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    digits = models.PositiveSmallIntegerField()
    next_number = models.PositiveIntegerField(default=1)
    is_sample = models.BooleanField(default=False)

    history = HistoricalRecords(excluded_fields=["next_number"])

    class Meta:
        ordering = ["unit", "year", "symbol"]
        constraints = [
            one_of("receipt_book", "kind", FeeKind),
            models.UniqueConstraint(
                fields=["unit", "template_symbol", "symbol", "year"], name="receipt_book_symbol_once"
            ),
            models.UniqueConstraint(
                fields=["unit", "kind", "template_symbol", "year"], name="receipt_book_one_per_kind"
            ),
            models.CheckConstraint(condition=Q(next_number__gt=0), name="receipt_book_from_one"),
            models.CheckConstraint(condition=Q(digits__in=[7, 8]), name="receipt_book_digits"),
        ]

    def __str__(self) -> str:
        return f"{self.template_symbol} {self.symbol}"


class Receipt(models.Model):
    """A receipt: immutable (a trigger refuses UPDATE and DELETE); cancelling or replacing is another row.

    One per payment and kind: phí and lệ phí have separate receipts. `collected_on` is the local day the payer
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

    class Meta:
        ordering = ["book", "number"]
        constraints = [
            one_of("receipt", "kind", FeeKind),
            models.UniqueConstraint(fields=["book", "number"], name="receipt_number_once"),
            models.UniqueConstraint(
                fields=["payment", "kind"],
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
