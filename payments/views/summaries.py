"""Daily summaries of receipts for the tax authority."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from payments.access import get_summary
from payments.actions.tax import STATUS, hand_in, key_of, send_again
from payments.forms_receipts import HandInForm
from payments.models import CorrectionKind, TaxLine, TaxState
from payments.querysets_receipts import summaries_visible_to
from payments.tax import authority
from payments.views.people import money_officer
from portal.accounts.access import can
from portal.accounts.permissions import Permission
from portal.lib.reads_writes import reads, writes

PER_PAGE = 30
LINES = 100


@login_required
@reads
def listing(request: HttpRequest) -> HttpResponse:
    """Summaries of one's units, newest first; `?tab=open` those not yet with the authority."""
    user = money_officer(request)
    rows = summaries_visible_to(user)
    still = request.GET.get("tab") == "open"
    if still:
        rows = rows.filter(state__in=[TaxState.WAITING, TaxState.REFUSED])
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "open": still, "connected": authority() is not None}
    return render(request, "payments/summaries/listing.html", context)


@login_required
@writes
def summary(request: HttpRequest, summary_id: int) -> HttpResponse:
    """One summary with its lines; its POST notes that a person handed it in."""
    user = money_officer(request)
    found = get_summary(user, summary_id)
    form = HandInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            hand_in(by=user, summary_id=summary_id, code=form.cleaned_data["code"])
        except ActionError as error:
            form.add_error("code", str(error.message))
        else:
            messages.success(request, _("Đã ghi mã tiếp nhận."))
            return redirect("payments:summary", summary_id)
    lines = found.lines.select_related("receipt__book", "receipt__document", "correction")
    page = Paginator(lines, LINES).get_page(request.GET.get("page"))
    context = {
        "summary": found,
        "page": page,
        "lines": [(line, _status(line)) for line in page.object_list],
        "form": form,
        "connected": authority() is not None,
        "may_send": found.state in {TaxState.WAITING, TaxState.REFUSED}
        and can(user, Permission.COLLECT, found.unit_id),
    }
    return render(request, "payments/summaries/summary.html", context, status=422 if form.errors else 200)


def _status(line: TaxLine) -> str:
    if line.correction is not None:
        return STATUS[CorrectionKind(line.correction.kind)]
    return "thay thế" if line.receipt.replaces_id else "mới"


@login_required
@writes
def again(request: HttpRequest, summary_id: int) -> HttpResponse:
    """Send a summary again now."""
    user = money_officer(request)
    get_summary(user, summary_id)
    if request.method == "POST":
        send_again(by=user, summary_id=summary_id)
        messages.success(request, _("Bảng tổng hợp được gửi lại trong vài phút tới."))
    return redirect("payments:summary", summary_id)


@login_required
@reads
def download(request: HttpRequest, summary_id: int) -> HttpResponse:
    """The signed XML as it goes to the authority."""
    found = get_summary(money_officer(request), summary_id)
    name = f"bang-ke-{key_of(found.unit, found.day, found.part)}.xml"
    answer = HttpResponse(found.xml, content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
