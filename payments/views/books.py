"""The books: which series and ranges of receipt numbers the units use, declare and approve."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from payments.access import get_book
from payments.actions.series import allot_range, decide_series, propose_series
from payments.forms_receipts import RangeForm, SeriesForm
from payments.models import ReceiptBook
from payments.querysets_receipts import books_visible_to
from payments.views.people import cashier, money_officer
from portal.accounts.access import can, can_somewhere, units_with
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.reads_writes import reads, writes


@login_required
@reads
def listing(request: HttpRequest) -> HttpResponse:
    """Every book of one's units, this year's first."""
    user = money_officer(request)
    books = list(books_visible_to(user).order_by("-year", "unit__name", "kind", "first_number", "id"))
    context = {
        "books": books,
        "may_declare": can_somewhere(user, Permission.COLLECT),
        "samples": any(book.is_sample and book.closed_at is None for book in books),
    }
    return render(request, "payments/books/listing.html", context)


@login_required
@writes
def declare(request: HttpRequest) -> HttpResponse:
    """Declare a registered series."""
    user = cashier(request)
    units = units_with(user, Permission.COLLECT)
    form = SeriesForm(request.POST or None, units=units, initial={"year": clock.today().year})
    if request.method == "POST" and form.is_valid():
        known = form.cleaned_data
        try:
            book = propose_series(
                by=user,
                unit=known["unit"],
                kind=known["kind"],
                symbol=known["symbol"],
                year=known["year"],
                registration=known["registration"],
                last=known["last_number"],
            )
        except ActionError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            messages.success(request, _("Đã khai ký hiệu; cần một người khác duyệt."))
            return redirect("payments:book", book.pk)
    status = 422 if form.errors else 200
    return render(request, "payments/books/declare.html", {"form": form}, status=status)


@login_required
@writes
def book(request: HttpRequest, book_id: int) -> HttpResponse:
    """One book, its ranges, and (POST) the next range for another unit."""
    user = money_officer(request)
    found = get_book(user, book_id)
    form = RangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            allot_range(
                by=user,
                book_id=book_id,
                unit=form.cleaned_data["unit_code"],
                count=form.cleaned_data["count"],
                registration=form.cleaned_data["registration"],
            )
        except ActionError as error:
            field = {"unit": "unit_code"}.get(error.field, error.field)
            form.add_error(field if field in form.fields else None, str(error.message))
        else:
            messages.success(request, _("Đã chia dải số; cần một người khác duyệt."))
            return redirect("payments:book", book_id)
    context = {"book": found, "form": form, "ranges": _ranges(found), **_rights(request, found)}
    return render(request, "payments/books/book.html", context, status=422 if form.errors else 200)


def _ranges(found: ReceiptBook) -> list[ReceiptBook]:
    return list(found.ranges.select_related("unit").order_by("first_number"))


def _rights(request: HttpRequest, found: ReceiptBook) -> dict[str, bool]:
    undecided = found.proposed_at is not None and found.approved_at is None and found.closed_at is None
    return {
        "undecided": undecided,
        "may_decide": undecided
        and found.proposed_by_id != request.user.pk
        and can(request.user, Permission.APPROVE_MONEY, found.principal),
        "may_allot": found.approved_at is not None
        and found.delegated_from_id is None
        and found.last_number is not None
        and can(request.user, Permission.COLLECT, found.unit_id),
    }


@login_required
@writes
def decide(request: HttpRequest, book_id: int) -> HttpResponse:
    """Approve or decline a declared series or range."""
    user = money_officer(request)
    get_book(user, book_id)
    if request.method == "POST":
        decide_series(by=user, book_id=book_id, approve=request.POST.get("decision") == "approve")
        messages.success(request, _("Đã ghi quyết định."))
    return redirect("payments:book", book_id)
