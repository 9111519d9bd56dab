"""Collection accounts: the board of units, a unit's accounts, proposing, approving and verifying them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from payments import collecting
from payments.access import get_collection_account, get_money_unit
from payments.actions.accounts import decide_account, propose_account, verify_account
from payments.forms_accounts import AccountForm, EvidenceForm
from payments.models import AccountState
from payments.querysets import accounts_visible_to, money_units
from payments.views.people import money_watcher
from portal.accounts.access import can
from portal.accounts.models import Unit, User
from portal.accounts.permissions import Permission
from portal.lib.reads_writes import reads, writes

TABS = ("without", "waiting", "all")


@login_required
@reads
def board(request: HttpRequest) -> HttpResponse:
    """Units without an account first, with where their fees go; `?tab=waiting` proposals, `?tab=all` every unit."""
    user = money_watcher(request)
    rows = collecting.states(money_units(user).order_by("sort_key"))
    tab = request.GET.get("tab") if request.GET.get("tab") in TABS else TABS[0]
    chosen = {
        "without": [row for row in rows if not row.usable],
        "waiting": [row for row in rows if row.proposal],
        "all": rows,
    }
    context = {
        "rows": chosen[str(tab)],
        "tab": tab,
        "counts": {name: len(found) for name, found in chosen.items()},
        "ready": sum(row.ready for row in rows),
        "fallback": collecting.default_unit(),
    }
    return render(request, "payments/accounts/board.html", context)


@login_required
@writes
def unit(request: HttpRequest, unit_code: str) -> HttpResponse:
    """A unit's accounts and what it still lacks; its POST proposes an account."""
    user = money_watcher(request)
    found = get_money_unit(user, unit_code)
    if request.method != "POST":
        return _page(request, user, found, AccountForm())
    form = AccountForm(request.POST)
    if form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "again"}
        try:
            propose_account(by=user, unit=found, **values)
            messages.success(request, _("Đã gửi đề nghị; cần một người khác duyệt."))
            return redirect("payments:account-unit", unit_code)
        except ActionError as error:
            form.add_error(error.field or None, str(error.message))
    return _page(request, user, found, form)


def _page(
    request: HttpRequest, user: User, found: Unit, form: AccountForm, evidence: EvidenceForm | None = None
) -> HttpResponse:
    accounts = list(accounts_visible_to(user).filter(unit=found).order_by("-valid_from", "-pk"))
    approves = can(user, Permission.APPROVE_MONEY, found)
    waiting = next((row for row in accounts if row.state == AccountState.PROPOSED), None)
    state = collecting.states([found])[0]
    context = {
        "unit": found,
        "state": state,
        "accounts": accounts,
        "waiting": waiting,
        "form": form,
        "evidence_form": evidence or EvidenceForm(),
        "may_propose": can(user, Permission.COLLECT, found) and waiting is None,
        "may_decide": approves and waiting is not None and waiting.asked_by_id != user.pk,
        "may_verify": approves and state.account is not None and state.account.asked_by_id != user.pk,
    }
    bad = bool(form.errors or (evidence and evidence.errors))
    return render(request, "payments/accounts/unit.html", context, status=422 if bad else 200)


@login_required
@writes
def decide(request: HttpRequest, account_id: int) -> HttpResponse:
    """Approve or decline a proposed account."""
    user = money_watcher(request)
    account = get_collection_account(user, account_id)
    if request.method == "POST":
        approve = request.POST.get("decision") == "approve"
        form = EvidenceForm(request.POST)
        try:
            evidence = form.cleaned_data["evidence"] if form.is_valid() else ""
            decide_account(by=user, account_id=account_id, approve=approve, evidence=evidence)
            messages.success(request, _("Đã ghi quyết định về tài khoản thu."))
        except ActionError as error:
            messages.error(request, str(error.message))
    return redirect("payments:account-unit", account.unit.code)


@login_required
@writes
def verify(request: HttpRequest, account_id: int) -> HttpResponse:
    """Say that an approved account fits the bank's paper, or does not."""
    user = money_watcher(request)
    account = get_collection_account(user, account_id)
    if request.method != "POST":
        return redirect("payments:account-unit", account.unit.code)
    form = EvidenceForm(request.POST)
    if form.is_valid():
        try:
            fits = request.POST.get("fits") == "yes"
            verify_account(by=user, account_id=account_id, fits=fits, evidence=form.cleaned_data["evidence"])
            messages.success(request, _("Đã ghi kết quả đối chiếu."))
            return redirect("payments:account-unit", account.unit.code)
        except ActionError as error:
            form.add_error(error.field or None, str(error.message))
    return _page(request, user, account.unit, AccountForm(), form)
