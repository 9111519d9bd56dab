"""Bank statements: taking in a file, the lines nobody could place, and saying whose money a line is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from dossiers.workflow import ActionError
from payments import matching
from payments.access import get_line, get_statement
from payments.actions.statements import assign_line, import_statement, set_line_aside
from payments.forms_statements import REASONS, AsideForm, PartFormSet, StatementForm
from payments.matching import Why
from payments.models import LineState, StatementLine
from payments.querysets import importable_accounts, lines_visible_to, statements_visible_to
from payments.statements import StatementError
from payments.views.people import cashier, money_officer
from portal.accounts.access import can
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.lib.reads_writes import reads, writes

PER_PAGE = 30
LAST_FILES = 5
WHYS = {
    Why.CODE: _lazy("Đúng mã nộp tiền"),
    Why.AMOUNT_OFF: _lazy("Đúng mã nộp tiền, số tiền khác"),
    Why.PAID: _lazy("Đúng mã nộp tiền, hồ sơ đã nộp đủ"),
    Why.NEAR_CODE: _lazy("Mã nộp tiền gần giống"),
    Why.NAME: _lazy("Cùng số tiền và tên người nộp"),
}


@login_required
@reads
def lines(request: HttpRequest) -> HttpResponse:
    """Movements of one's units' accounts, those that wait for a person first; `?state=` another state."""
    user = money_officer(request)
    state = request.GET.get("state", LineState.OPEN)
    state = state if state in LineState.values else LineState.OPEN
    rows = lines_visible_to(user).filter(state=state)
    rows = rows.order_by("booked_at", "pk") if state == LineState.OPEN else rows.order_by("-booked_at", "-pk")
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "state": state,
        "states": LineState.choices,
        "files": statements_visible_to(user)[:LAST_FILES],
        "may_import": importable_accounts(user).exists(),
    }
    return render(request, "payments/statements/lines.html", context)


@login_required
@writes
def upload(request: HttpRequest) -> HttpResponse:
    """Take in a statement file."""
    user = cashier(request)
    accounts = importable_accounts(user)
    form = StatementForm(request.POST or None, request.FILES or None, accounts=accounts)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = import_statement(
                by=user, account=form.cleaned_data["account"], name=file.name, data=file.read()
            )
            return redirect("payments:statement", found.pk)
        except StatementError as error:
            form.add_error("file", str(REASONS[str(error)]))
    context = {"form": form, "any_account": accounts.exists()}
    return render(request, "payments/statements/upload.html", context, status=422 if form.errors else 200)


@login_required
@reads
def statement(request: HttpRequest, statement_id: int) -> HttpResponse:
    """What became of a file: new and known lines, damaged ones by number, what was assigned."""
    found = get_statement(money_officer(request), statement_id)
    rows = list(found.lines.order_by("line", "pk"))
    context = {
        "statement": found,
        "bad": [(line, str(REASONS[reason])) for line, reason in found.bad_rows],
        "counts": [(label, sum(row.state == state for row in rows)) for state, label in LineState.choices],
        "open": [row for row in rows if row.state == LineState.OPEN],
    }
    return render(request, "payments/statements/statement.html", context)


@login_required
@writes
def line(request: HttpRequest, line_id: int) -> HttpResponse:
    """One movement, the dossiers it may belong to; its POST assigns it."""
    user = money_officer(request)
    found = get_line(user, line_id)
    if request.method != "POST":
        return _page(request, user, found)
    forms = PartFormSet(request.POST, prefix="part")
    if not forms.is_valid():
        return _page(request, user, found, forms=forms)
    typed = [form.cleaned_data for form in forms if form.cleaned_data.get("code")]
    try:
        assign_line(by=user, line_id=line_id, parts=[(part["code"], part["amount"]) for part in typed])
        messages.success(request, _("Đã ghi khoản tiền cho hồ sơ."))
        return redirect("payments:line", line_id)
    except ActionError as error:
        return _page(request, user, found, forms=forms, problem=str(error.message))


def _page(
    request: HttpRequest,
    user: User,
    found: StatementLine,
    *,
    forms: Any = None,
    aside: AsideForm | None = None,
    problem: str = "",
) -> HttpResponse:
    is_open = found.state == LineState.OPEN
    context = {
        "line": found,
        "is_open": is_open,
        "may": is_open and can(user, Permission.COLLECT, found.account.unit_id),
        "proposals": [(one, WHYS[one.why]) for one in matching.proposals(found)] if is_open else [],
        "payments": list(found.payments.select_related("dossier").order_by("pk")),
        "forms": forms or PartFormSet(prefix="part"),
        "aside": aside or AsideForm(),
        "problem": problem,
    }
    bad = bool(forms is not None or (aside and aside.errors))
    return render(request, "payments/statements/line.html", context, status=422 if bad else 200)


@login_required
@writes
def set_aside(request: HttpRequest, line_id: int) -> HttpResponse:
    """Say that a movement is no fee."""
    user = money_officer(request)
    found = get_line(user, line_id)
    if request.method != "POST":
        return redirect("payments:line", line_id)
    form = AsideForm(request.POST)
    if not form.is_valid():
        return _page(request, user, found, aside=form)
    set_line_aside(by=user, line_id=line_id, note=form.cleaned_data["note"])
    messages.success(request, _("Đã ghi: không phải phí, lệ phí."))
    return redirect("payments:line", line_id)
