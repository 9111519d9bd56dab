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
    from payments.models.receipts import ReceiptBookQuerySet
    from portal.accounts.models import User

SAMPLE_LETTERS = {FeeKind.FEE: "AA", FeeKind.CHARGE: "AB"}
MOST_TRIES = 5


class SeriesFullError(OverflowError):
    """The unit's receipt numbers are used up and no approved range waits: nothing can be receipted."""


def issue_receipts(payment: Payment, *, by: User | None) -> list[Receipt]:
    """One receipt per kind of a settled payment whose row is locked. Call it last: it locks the books.

    Kinds are taken in a fixed order, so two collections in one unit cannot lock each other out. Raises
    SeriesFullError when a registered series is used up.
    """
    found = []
    address = papers.payer_address(payment.dossier)  # read before a book is locked
    for kind in sorted(FeeKind):
        lines = [line for line in payment.assessment.lines if line["kind"] == kind and line["payable"]]
        if lines:
            assert payment.paid_at is not None  # noqa: S101 - a settled payment has its time (constraint)
            receipt = Receipt(
                kind=kind,
                payment=payment,
                dossier=payment.dossier,
                unit=payment.unit,
                payer_name=payment.payer_name,
                payer_address=address,
                lines=[
                    {"code": line["code"], "name": line["name"], "amount": line["payable"]} for line in lines
                ],
                collected_on=timezone.localdate(payment.paid_at),
            )
            found.append(number_and_issue(receipt, by=by))
    return found


def replace_receipt(old: Receipt, *, changes: Mapping[str, Any], by: User | None) -> Receipt:
    """A receipt in place of `old`, numbered today in the series of today's rule; `old` must be locked.

    `changes` are columns that differ (`payer_name`, `payer_address`, `lines`); the day of collection stays.
    The unique pointer to `old` refuses a second replacement.
    """
    kept = ("kind", "payment", "dossier", "unit", "payer_name", "payer_address", "lines", "collected_on")
    receipt = Receipt(**{name: changes.get(name, getattr(old, name)) for name in kept}, replaces=old)
    return number_and_issue(receipt, by=by, on=clock.today())


def number_and_issue(receipt: Receipt, *, by: User | None, on: datetime.date | None = None) -> Receipt:
    """Give a prepared receipt its number, totals and document, and store it, in the caller's transaction.

    `on`: the day whose rule gives the series (default: the day of collection).
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a receipt number needs the transaction of its payment")
    kind = FeeKind(receipt.kind)
    receipt.book, receipt.number = take_number(receipt.unit_id, kind, on or receipt.collected_on)
    receipt.total = sum(line["amount"] for line in receipt.lines)
    receipt.total_in_words = amount_in_words(receipt.total)
    receipt.issued_at, receipt.issued_by = clock.now(), by
    receipt.document = issue_document(
        dossier=receipt.dossier,
        kind=DocumentKind.RECEIPT,
        template=papers.TEMPLATE,
        context=papers.receipt(receipt),
        title=papers.title(kind),
        by=by,
        number=receipt.full_number,
        unit=receipt.unit,
    )
    receipt.save(force_insert=True)
    return receipt


def take_number(unit_id: int, kind: FeeKind, day: datetime.date) -> tuple[ReceiptBook, int]:
    """The next number for a receipt of `kind` on `day`, and its book, locked until the transaction ends.

    One statement locks the book in use and counts it on; only a book that is full or absent takes more. A full
    range gives way to the next approved one; where none is registered at all, a sample series is made. Raises
    SeriesFullError when the registered numbers are used up.
    """
    rule = symbols.rule_on(day)
    which = {
        "unit_id": unit_id,
        "kind": kind,
        "template_symbol": rule.template_symbol,
        "year": day.year,
    }
    for _try in range(MOST_TRIES):
        for book in ReceiptBook.objects.raw(_TAKE, which):
            return book, book.next_number - 1
        _open_another(which, day, rule.digits)  # when an approval changes the book in use: look again
    raise RuntimeError(f"no receipt book for unit {unit_id}")


# The numbers are the receipts' own history, so the book's history leaves them out.
_TAKE = """
    UPDATE payments_receiptbook SET next_number = next_number + 1
    WHERE unit_id = %(unit_id)s AND kind = %(kind)s AND template_symbol = %(template_symbol)s AND year = %(year)s
      AND opened_at IS NOT NULL AND closed_at IS NULL
      AND next_number <= COALESCE(last_number, 10 ^ digits - 1)
    RETURNING *
"""


def _open_another(which: dict[str, Any], day: datetime.date, digits: int) -> None:
    books = ReceiptBook.objects.select_for_update(of=("self",), no_key=True).filter(**which)
    found = books.in_use().first()
    if found is not None:
        if found.is_full:
            _next_range(found, books)
        return
    symbol = symbols.sample_symbol(day, SAMPLE_LETTERS[FeeKind(which["kind"])])
    book = ReceiptBook(symbol=symbol, digits=digits, is_sample=True, opened_at=clock.now(), **which)
    ReceiptBook.objects.bulk_create([book], ignore_conflicts=True)


def _next_range(full: ReceiptBook, books: ReceiptBookQuerySet) -> None:
    following = books.waiting().first()
    if following is None:
        raise SeriesFullError(f"receipt book {full.pk} is full")
    full.closed_at = following.opened_at = clock.now()
    full.save(update_fields=["closed_at"])
    following.save(update_fields=["opened_at"])
