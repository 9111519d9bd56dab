"""Issuing receipts: the last statements of the transaction in which money is taken."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from dossiers.actions.documents import issue_document
from dossiers.models import DocumentKind
from payments import papers, symbols
from payments.models import Payment, Receipt, ReceiptBook
from payments.words import amount_in_words
from portal.lib import clock
from procedures.models import FeeKind

if TYPE_CHECKING:
    from portal.accounts.models import User

SAMPLE_LETTERS = {FeeKind.FEE: "AA", FeeKind.CHARGE: "AB"}


def issue_receipts(payment: Payment, *, by: User | None) -> list[Receipt]:
    """One receipt per kind of a settled payment whose row is locked. Call it last: it locks the books.

    Kinds are taken in a fixed order, so two collections in one unit cannot lock each other out.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a receipt number needs the transaction of its payment")
    found = []
    address = papers.payer_address(payment.dossier)  # read before a book is locked
    for kind in sorted(FeeKind):
        lines = [line for line in payment.assessment.lines if line["kind"] == kind and line["payable"]]
        if lines:
            found.append(_issue(payment, kind, lines, address, by=by))
    return found


def _issue(
    payment: Payment, kind: FeeKind, lines: list[Mapping[str, Any]], address: str, *, by: User | None
) -> Receipt:
    assert payment.paid_at is not None  # noqa: S101 - a settled payment has its time (constraint)
    day = timezone.localdate(payment.paid_at)
    book = lock_book(payment.unit_id, kind, day)
    total = sum(line["payable"] for line in lines)
    receipt = Receipt(
        book=book,
        number=book.next_number,
        kind=kind,
        payment=payment,
        dossier=payment.dossier,
        unit=payment.unit,
        payer_name=payment.payer_name,
        payer_address=address,
        lines=[{"code": line["code"], "name": line["name"], "amount": line["payable"]} for line in lines],
        total=total,
        total_in_words=amount_in_words(total),
        collected_on=day,
        issued_at=clock.now(),
        issued_by=by,
    )
    receipt.document = issue_document(
        dossier=payment.dossier,
        kind=DocumentKind.RECEIPT,
        template=papers.TEMPLATE,
        context=papers.receipt(receipt),
        title=papers.title(kind),
        by=by,
        number=receipt.full_number,
        unit=payment.unit,
    )
    receipt.save(force_insert=True)
    book.next_number += 1
    # The numbers are the receipts' own history.
    book.skip_history_when_saving = True  # type: ignore[attr-defined]
    book.save(update_fields=["next_number"])
    return receipt


def lock_book(unit_id: int, kind: FeeKind, day: datetime.date) -> ReceiptBook:
    """The locked series for receipts of `kind` collected on `day`; a sample series is made where none is."""
    rule = symbols.rule_on(day)
    which = {
        "unit_id": unit_id,
        "kind": kind,
        "template_symbol": rule.template_symbol,
        "year": day.year,
    }
    books = ReceiptBook.objects.select_for_update(of=("self",), no_key=True).filter(**which)
    found = books.first()
    if found is None:
        symbol = symbols.sample_symbol(day, SAMPLE_LETTERS[kind])
        book = ReceiptBook(symbol=symbol, digits=rule.digits, is_sample=True, **which)
        ReceiptBook.objects.bulk_create([book], ignore_conflicts=True)
        found = books.get()
    return found
