"""The cash desk: who has to pay, taking cash, the shift and its closing sheet."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.models import Dossier
from dossiers.workflow import ActionError
from payments import papers
from payments.access import get_collectable_dossier, get_handed_shift
from payments.actions.desk import close_shift, collect_card, collect_cash, open_shift
from payments.collecting import transfer_of
from payments.forms import CloseShiftForm, CollectForm, Method, OpenShiftForm
from payments.models import CashShift
from payments.querysets import (
    awaiting_payment,
    card_taken,
    cash_taken,
    fee_summary,
    matching,
    open_shift_of,
    receivers_of,
    shift_receipts,
    shifts_visible_to,
    to_confirm,
)
from payments.views.people import cashier, person
from portal.accounts.access import units_with
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.reads_writes import reads, writes

PER_PAGE = 30
LAST_SHIFTS = 5


@login_required
@reads
def overview(request: HttpRequest) -> HttpResponse:
    """Dossiers waiting for their fee in the cashier's units, with a search; with htmx only the list."""
    user = cashier(request)
    text = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    page = Paginator(matching(awaiting_payment(user), text), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "q": text}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "payments/desk/_waiting.html", context)
    return render(request, "payments/desk/overview.html", {**context, **_shifts(user)})


def _shifts(user: User, form: OpenShiftForm | None = None) -> dict[str, object]:
    shift = open_shift_of(user)
    return {
        "shift": shift,
        "taken": cash_taken(shift) if shift else 0,
        "form": form or OpenShiftForm(units=units_with(user, Permission.COLLECT)),
        "to_confirm": to_confirm(user),
        "units": units_with(user, Permission.COLLECT) | units_with(user, Permission.APPROVE_MONEY),
        "today": clock.today(),
        "last_shifts": shifts_visible_to(user).exclude(closed_at=None).order_by("-closed_at")[:LAST_SHIFTS],
    }


@login_required
@writes
def start_shift(request: HttpRequest) -> HttpResponse:
    """Open a shift."""
    user = cashier(request)
    if request.method != "POST":
        return redirect("payments:cash-desk")
    form = OpenShiftForm(request.POST, units=units_with(user, Permission.COLLECT))
    if not form.is_valid():
        return render(request, "payments/desk/open_shift.html", {"form": form}, status=422)
    open_shift(by=user, unit=form.cleaned_data["unit"], opening_float=form.cleaned_data["opening_float"] or 0)
    messages.success(request, _("Đã mở ca thu."))
    return redirect("payments:cash-desk")


@login_required
@writes
def collect(request: HttpRequest, code: str) -> HttpResponse:
    """Take the fee of one dossier in cash or by card; afterwards the page shows receipts and change."""
    user = cashier(request)
    dossier = get_collectable_dossier(user, code)
    if request.method != "POST":
        form = CollectForm(initial={"payer_name": papers.payer_name(dossier)})
        return _collect_page(request, user, dossier, form)
    form = CollectForm(request.POST)
    if not form.is_valid():
        return _collect_page(request, user, dossier, form, status=422)
    try:
        _take(user, code, form.cleaned_data)
    except ActionError as error:
        form.add_error(error.field or None, str(error.message))
        return _collect_page(request, user, dossier, form, status=422)
    return redirect("payments:collect", code)


def _take(user: User, code: str, typed: dict[str, Any]) -> None:
    if typed["method"] == Method.CARD:
        values = {name: typed[name] for name in ("terminal", "slip", "payer_name")}
        collect_card(by=user, code=code, **values)
    else:
        values = {name: typed[name] for name in ("tendered", "client_key", "payer_name")}
        collect_cash(by=user, code=code, **values)


def _collect_page(
    request: HttpRequest, user: User, dossier: Dossier, form: CollectForm, status: int = 200
) -> HttpResponse:
    fee = fee_summary(dossier)
    shift = open_shift_of(user)
    tendered = fee.paid.facts.get("tendered") if fee.paid else None
    context = {
        "fee": fee,
        "form": form,
        "shift": shift if shift and shift.unit_id == dossier.receiving_unit_id else None,
        "transfer": transfer_of(dossier, fee.owed),
        "tendered": tendered,
        "change": tendered - fee.paid.amount if fee.paid and tendered is not None else None,
    }
    return render(request, "payments/desk/collect.html", context, status=status)


@login_required
@reads
def change(request: HttpRequest, code: str) -> HttpResponse:
    """How much to give back for what was typed, as a fragment."""
    fee = fee_summary(get_collectable_dossier(cashier(request), code))
    form = CollectForm(request.GET)
    form.is_valid()
    tendered = form.cleaned_data.get("tendered")
    rest = None if tendered is None else tendered - fee.owed
    context = {"change": rest, "short": rest is not None and rest < 0, "missing": -rest if rest else 0}
    return render(request, "payments/desk/_change.html", context)


@login_required
@writes
def shift(request: HttpRequest, shift_id: int) -> HttpResponse:
    """A shift with its receipts; closing it. Whoever gets the cash sees it too and confirms it elsewhere."""
    user = person(request)
    found = get_handed_shift(user, shift_id)
    form = CloseShiftForm(request.POST or None, receivers=receivers_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            close_shift(by=user, shift_id=shift_id, **form.cleaned_data)
            messages.success(request, _("Đã chốt ca thu."))
            return redirect("payments:shift", shift_id)
        except ActionError as error:
            form.add_error(error.field or None, str(error.message))
    return _shift_page(request, found, form)


def _shift_page(request: HttpRequest, found: CashShift, form: CloseShiftForm) -> HttpResponse:
    receipts = list(shift_receipts(found))
    taken = cash_taken(found)
    context = {
        "shift": found,
        "receipts": receipts,
        "taken": taken,
        "expected": found.opening_float + taken,
        "card": card_taken(found),
        "mine": found.cashier_id == request.user.pk,
        "may_close": found.closed_at is None and shifts_visible_to(request.user).filter(pk=found.pk).exists(),
        "may_confirm": found.handed_to_id == request.user.pk and found.received_at is None,
        "totals": {
            kind: sum(row.total for row in receipts if row.kind == kind) for kind in ("phi", "le_phi")
        },
        "form": form,
    }
    return render(request, "payments/desk/shift.html", context, status=422 if form.errors else 200)
