"""Reads over receipts as documents of account: books, issued receipts, corrections, daily summaries."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from payments.models import Receipt, ReceiptBook, ReceiptCorrection, TaxSummary
from portal.accounts.access import units_with
from portal.accounts.permissions import Permission

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from payments.models.receipts import ReceiptBookQuerySet
    from portal.accounts.models import Unit, User

    AnyUser = User | AnonymousUser


def receipt_units(user: AnyUser) -> QuerySet[Unit]:
    """Units whose money `user` takes or approves."""
    return units_with(user, Permission.COLLECT) | units_with(user, Permission.APPROVE_MONEY)


def books_visible_to(user: AnyUser) -> ReceiptBookQuerySet:
    """Books of one's units, and the ranges of their series that others use."""
    units = receipt_units(user).values("pk")
    return ReceiptBook.objects.filter(Q(unit__in=units) | Q(delegated_from__unit__in=units)).select_related(
        "unit", "delegated_from__unit", "proposed_by", "approved_by"
    )


def issued_receipts_visible_to(user: AnyUser) -> QuerySet[Receipt]:
    """Receipts of one's units, newest first."""
    return (
        Receipt.objects.filter(unit__in=receipt_units(user).values("pk"))
        .select_related(
            "book__delegated_from__unit", "book__unit", "document", "dossier__procedure", "unit", "payment"
        )
        .order_by("-issued_at", "-id")
    )


def found(rows: QuerySet[Receipt], text: str, day: datetime.date | None) -> QuerySet[Receipt]:
    """Those of `day` whose number, dossier code or payer fits `text`."""
    if day is not None:
        rows = rows.filter(collected_on=day)
    text = text.strip().replace("\x00", "")
    if not text:
        return rows
    fits = Q(dossier__code__icontains=text) | Q(payer_name__icontains=text)
    digits = text.rsplit(" ", 1)[-1]
    if digits.isascii() and digits.isdigit() and len(digits) <= 8:
        fits |= Q(number=int(digits))
    return rows.filter(fits)


def corrections_of(receipt: Receipt) -> QuerySet[ReceiptCorrection]:
    """Everything asked about a receipt, oldest first."""
    return receipt.corrections.select_related(
        "asked_by", "decided_by", "replacement__book", "replacement__document", "document"
    )


def open_corrections(user: AnyUser) -> QuerySet[ReceiptCorrection]:
    """What waits for the second person in one's units, oldest first."""
    return (
        ReceiptCorrection.objects.filter(
            decided_at=None, receipt__unit__in=units_with(user, Permission.APPROVE_MONEY).values("pk")
        )
        .select_related("receipt__book", "receipt__document", "asked_by")
        .order_by("asked_at")
    )


def summaries_visible_to(user: AnyUser) -> QuerySet[TaxSummary]:
    """Daily summaries of one's units, newest first."""
    return TaxSummary.objects.filter(unit__in=receipt_units(user).values("pk")).select_related(
        "unit", "handed_by"
    )
