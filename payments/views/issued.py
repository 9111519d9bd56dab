"""Issued receipts for officers: finding them, the course of each, correcting and cancelling."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from payments import corrections
from payments.access import get_issued_receipt
from payments.actions.corrections import ask_cancellation, ask_correction, decide_correction
from payments.forms_receipts import CancelForm, CorrectionForm, FindForm
from payments.models import CorrectionKind, Receipt, ReceiptCorrection
from payments.querysets_receipts import (
    corrections_of,
    found,
    issued_receipts_visible_to,
    open_corrections,
)
from payments.views.people import money_officer
from portal.accounts.access import can
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.reads_writes import reads, writes

PER_PAGE = 30


@login_required
@reads
def listing(request: HttpRequest) -> HttpResponse:
    """Receipts of one's units by number, dossier, payer or day; what waits for one's decision above them."""
    user = money_officer(request)
    form = FindForm(request.GET or None)
    known = form.cleaned_data if form.is_bound and form.is_valid() else {}
    rows = found(issued_receipts_visible_to(user), known.get("q", ""), known.get("on"))
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "form": form,
        "waiting": list(open_corrections(user)),
    }
    return render(request, "payments/issued/listing.html", context, status=422 if form.errors else 200)


@login_required
@reads
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """One receipt with everything that was done about it."""
    return _page(request, token)


def _page(
    request: HttpRequest, token: str, form: CorrectionForm | None = None, cancel: CancelForm | None = None
) -> HttpResponse:
    user = money_officer(request)
    row = get_issued_receipt(user, token)
    past = list(corrections_of(row))
    bad = any(one is not None and one.errors for one in (form, cancel))
    context = {
        "receipt": row,
        "corrections": past,
        "form": form or CorrectionForm.of(row),
        "cancel_form": cancel or CancelForm(),
        **_standing(request, row, past),
    }
    return render(request, "payments/issued/receipt.html", context, status=422 if bad else 200)


def _standing(request: HttpRequest, row: Receipt, past: list[ReceiptCorrection]) -> dict[str, Any]:
    waiting = next((one for one in past if one.decided_at is None), None)
    ended = next((one for one in past if one.approved and one.kind != CorrectionKind.NOTICE), None)
    asks = can(request.user, Permission.COLLECT, row.unit_id)
    return {
        "waiting": waiting,
        "ended": ended,
        "notices": CorrectionKind.NOTICE in corrections.rule_on(clock.today()).kinds,
        "may_ask": asks and waiting is None and ended is None,
        "may_decide": waiting is not None
        and waiting.asked_by_id != request.user.pk
        and can(request.user, Permission.APPROVE_MONEY, row.unit_id),
    }


@login_required
@writes
def correct(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a correction."""
    user = money_officer(request)
    get_issued_receipt(user, token)
    if request.method != "POST":
        return redirect("payments:issued-receipt", token)
    form = CorrectionForm(request.POST)
    if form.is_valid():
        try:
            asked = ask_correction(
                by=user, token=token, reason=form.cleaned_data["reason"], right=form.right()
            )
        except ActionError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            _say(request, asked)
            return redirect("payments:issued-receipt", token)
    return _page(request, token, form=form)


@login_required
@writes
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a cancellation."""
    user = money_officer(request)
    get_issued_receipt(user, token)
    if request.method != "POST":
        return redirect("payments:issued-receipt", token)
    form = CancelForm(request.POST)
    if form.is_valid():
        try:
            asked = ask_cancellation(by=user, token=token, reason=form.cleaned_data["reason"])
        except ActionError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            _say(request, asked)
            return redirect("payments:issued-receipt", token)
    return _page(request, token, cancel=form)


def _say(request: HttpRequest, asked: ReceiptCorrection) -> None:
    messages.success(
        request, _("Đã ghi đề nghị: %(kind)s; cần một người khác duyệt.") % {"kind": asked.get_kind_display()}
    )


@login_required
@writes
def decide(request: HttpRequest, token: str, correction_id: int) -> HttpResponse:
    """Approve or decline what another person asked for."""
    user = money_officer(request)
    get_issued_receipt(user, token)
    if request.method == "POST":
        try:
            decide_correction(
                by=user,
                token=token,
                correction_id=correction_id,
                approve=request.POST.get("decision") == "approve",
            )
            messages.success(request, _("Đã ghi quyết định."))
        except ActionError as error:
            messages.error(request, str(error.message))
    return redirect("payments:issued-receipt", token)
