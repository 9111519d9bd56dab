"""Work items about money."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from payments.access import get_incident
from payments.actions.incidents import settle_incident
from payments.forms import ResolutionForm
from payments.models import PaymentIncident
from payments.querysets import incidents_visible_to
from payments.views.people import money_officer
from payments.workflow import PaymentState
from portal.lib.reads_writes import reads, writes
from portal.templatetags.portal import moment_text, money

PER_PAGE = 30
LABELS = {
    "outcome": _lazy("Kết quả"),
    "amount": _lazy("Số tiền"),
    "currency": _lazy("Đồng tiền"),
    "merchant": _lazy("Tài khoản nhận"),
    "reference": _lazy("Mã giao dịch"),
    "provider_reference": _lazy("Mã của cổng thanh toán"),
    "bank": _lazy("Ngân hàng"),
    "code": _lazy("Mã trả lời"),
    "paid_at": _lazy("Thời điểm nộp"),
    "day": _lazy("Ngày"),
    "provider": _lazy("Cách nộp"),
    "there": _lazy("Theo cổng, ngân hàng"),
    "here": _lazy("Theo sổ của Cổng"),
    "ledger": _lazy("Sổ cái"),
    "receipts": _lazy("Biên lai, nộp thừa"),
    "expected": _lazy("Phải có trong két"),
    "counted": _lazy("Đã kiểm đếm"),
    "difference": _lazy("Chênh lệch"),
    "note": _lazy("Lý do chênh lệch"),
}
OUTCOMES = {
    "paid": _lazy("Đã thanh toán"),
    "failed": _lazy("Không thành công"),
    "waiting": _lazy("Đang chờ thanh toán"),
    "suspect": _lazy("Bị nghi ngờ hoặc bị đảo"),
}
AMOUNTS = {"there", "here", "ledger", "receipts", "amount", "expected", "counted", "difference"}


def _readable(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """What is known of the matter, in the order of LABELS and in words."""
    known = [name for name in LABELS if facts.get(name) not in (None, "")]
    return [(str(LABELS[name]), _worded(name, facts[name])) for name in known]


def _worded(name: str, value: Any) -> str:
    if name in AMOUNTS:
        return money(value)
    if name == "paid_at":
        return moment_text(datetime.datetime.fromisoformat(value))
    return str(OUTCOMES.get(value, value)) if name == "outcome" else str(value)


@login_required
@reads
def listing(request: HttpRequest) -> HttpResponse:
    """Open work items of one's units, oldest first; `?tab=done` the settled ones, newest first."""
    done = request.GET.get("tab") == "done"
    rows = incidents_visible_to(money_officer(request))
    rows = rows.exclude(settled_at=None) if done else rows.filter(settled_at=None).order_by("opened_at")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "payments/incidents/listing.html", {"page": page, "done": done})


@login_required
@writes
def detail(request: HttpRequest, incident_id: int) -> HttpResponse:
    """One work item; its POST settles it with words."""
    user = money_officer(request)
    incident = get_incident(user, incident_id)
    form = ResolutionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        settle_incident(by=user, incident_id=incident_id, resolution=form.cleaned_data["resolution"])
        messages.success(request, _("Đã ghi cách xử lý."))
        return redirect("payments:incidents")
    return _page(request, incident, form=form)


def _page(
    request: HttpRequest,
    incident: PaymentIncident,
    *,
    form: ResolutionForm | None = None,
) -> HttpResponse:
    payment = incident.payment
    context = {
        "incident": incident,
        "form": form or ResolutionForm(),
        "facts": _readable(incident.facts),
        "refundable": payment is not None and payment.state == PaymentState.SETTLED,
        "line": incident.facts.get("line"),
    }
    bad = form is not None and bool(form.errors)
    return render(request, "payments/incidents/detail.html", context, status=422 if bad else 200)
