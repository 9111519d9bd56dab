"""Giving back: what a payment still has to give, asking, approving, paying out."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from payments.access import get_refund, get_refundable_payment
from payments.actions.refunds import ask_refund, decide_refund, pay_out
from payments.forms_refunds import PayOutForm, RefundForm
from payments.models import Payment
from payments.querysets import refundable, refunds_visible_to
from payments.views.people import money_officer
from payments.workflow import RefundState, refund_may
from portal.accounts.access import can
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.lib.reads_writes import reads, writes


@login_required
@reads
def listing(request: HttpRequest) -> HttpResponse:
    """Refunds that wait for somebody, oldest first."""
    waiting = (RefundState.ASKED, RefundState.APPROVED, RefundState.SENDING, RefundState.PERSON)
    rows = refunds_visible_to(money_officer(request)).filter(state__in=waiting).order_by("asked_at")
    return render(request, "payments/refunds/listing.html", {"refunds": rows})


@login_required
@writes
def payment(request: HttpRequest, reference: str) -> HttpResponse:
    """What a payment can give back and every refund of it; its POST asks for one."""
    user = money_officer(request)
    found = get_refundable_payment(user, reference)
    if request.method != "POST":
        return _page(request, user, found, RefundForm(payment=found))
    form = RefundForm(request.POST, payment=found)
    if form.is_valid():
        try:
            ask_refund(by=user, reference=reference, **form.cleaned_data)
            messages.success(request, _("Đã ghi đề nghị hoàn tiền."))
            return redirect("payments:refunds-of", reference)
        except ActionError as error:
            form.add_error(error.field or None, str(error.message))
    return _page(request, user, found, form)


def _page(request: HttpRequest, user: User, found: Payment, form: RefundForm) -> HttpResponse:
    receipts = list(found.receipts.select_related("book").order_by("pk"))
    refunds = list(refunds_visible_to(user).filter(payment=found).order_by("pk"))
    approves, collects = (
        can(user, one, found.unit_id) for one in (Permission.APPROVE_MONEY, Permission.COLLECT)
    )
    left = [(receipt, refundable(found, receipt)) for receipt in receipts]
    surplus = refundable(found, None)
    context = {
        "payment": found,
        "left": left,
        "surplus": surplus,
        "refunds": [(row, _may_decide(row, user, approves=approves)) for row in refunds],
        "collects": collects,
        "may_ask": collects and (surplus > 0 or any(amount for _receipt, amount in left)),
        "form": form,
        "pay_form": PayOutForm(),
    }
    return render(request, "payments/refunds/payment.html", context, status=422 if form.errors else 200)


def _may_decide(row: object, user: User, *, approves: bool) -> bool:
    state, asked_by, needs_two = row.state, row.asked_by_id, row.needs_two  # type: ignore[attr-defined]
    mine = needs_two and asked_by == user.pk
    return approves and not mine and refund_may(state, RefundState.DECLINED)


@login_required
@writes
def decide(request: HttpRequest, refund_id: int) -> HttpResponse:
    """Approve or decline a refund another person asked for."""
    user = money_officer(request)
    found = get_refund(user, refund_id)
    if request.method == "POST":
        try:
            decide_refund(by=user, refund_id=refund_id, approve=request.POST.get("decision") == "approve")
            messages.success(request, _("Đã ghi quyết định hoàn tiền."))
        except ActionError as error:
            messages.error(request, str(error.message))
    return redirect("payments:refunds-of", found.payment.reference)


@login_required
@writes
def pay(request: HttpRequest, refund_id: int) -> HttpResponse:
    """Say that an approved refund was paid out."""
    user = money_officer(request)
    found = get_refund(user, refund_id)
    form = PayOutForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            pay_out(by=user, refund_id=refund_id, paid_reference=form.cleaned_data["paid_reference"])
            messages.success(request, _("Đã ghi khoản hoàn đã chi."))
        except ActionError as error:
            messages.error(request, str(error.message))
    return redirect("payments:refunds-of", found.payment.reference)
