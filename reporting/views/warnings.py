"""Early warning: what is open in one's units, one warning with its list, answering, settling, the daily e-mail."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from portal.accounts.access import can
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.reads_writes import reads, writes
from reporting import alarms
from reporting.access import can_settle_warning, get_unit, scope_of
from reporting.actions.warnings import answer, choose_digest, settle
from reporting.forms import WarningForm
from reporting.models import EarlyWarning
from reporting.views.lists import render_list
from reporting.watch.looking import Look

PAGE = 50


@reads
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """What is open in the reader's units (or in one of them), what was settled last, the rules."""
    scope = scope_of(request.user)
    code = request.GET.get("unit", "")
    unit = get_unit(scope, code) if code else None
    keys = frozenset({unit.pk}) if unit else scope.keys
    everything = scope.is_city and unit is None
    page = Paginator(alarms.open_in(keys), PAGE).get_page(request.GET.get("page"))
    waiting = list(page.object_list)
    context = {
        "scope": scope,
        "unit": unit,
        "page": page,
        "waiting": alarms.shown(waiting, None if everything else keys) if waiting else [],
        "settled": alarms.settled_in(keys),
        "rules": alarms.rules(),
        "wants_digest": alarms.wants_digest(cast(User, request.user)),
    }
    return render(request, "reporting/warnings/listing.html", context)


@login_required
@writes
def warning(request: HttpRequest, pk: int) -> HttpResponse:
    """One warning: what it counts now, how it went, and the forms to answer and to settle it."""
    row = alarms.get_warning(scope_of(request.user), pk)
    user = cast(User, request.user)
    form = WarningForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _do(form, user, row)
        except ActionError as error:
            form.add_error(error.field or None, str(error))
        else:
            return redirect("reporting:warning", pk=row.pk)
    (shown,) = alarms.shown([row], [row.unit_id])
    context: dict[str, Any] = {
        "one": shown,
        "warning": row,
        "events": row.events.select_related("by").order_by("pk"),
        "form": form,
        "may_answer": row.settled_at is None and can(user, Permission.ASSIGN, row.unit),
        "may_settle": row.settled_at is None and can_settle_warning(user, row),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "reporting/warnings/warning.html", context, status=status)


def _do(form: WarningForm, user: User, row: EarlyWarning) -> None:
    text = form.cleaned_data["text"]
    if form.cleaned_data["decision"] == "settle":
        settle(by=user, warning_id=row.pk, reason=text)
    else:
        answer(by=user, warning_id=row.pk, text=text)


@reads
@login_required
def warning_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The dossiers a warning counts at this moment."""
    row = alarms.get_warning(scope_of(request.user), pk)
    asked = Look(clock.now(), [row.unit_id]).request(row.rule, row.unit_id)
    return render_list(request, asked, {"unit": row.unit})


@login_required
@writes
def digest(request: HttpRequest) -> HttpResponse:
    """Whether the reader wants the daily e-mail."""
    scope_of(request.user)
    if request.method == "POST":
        wanted = request.POST.get("wanted") == "1"
        choose_digest(by=cast(User, request.user), wanted=wanted)
        said = (
            _("Mỗi ngày làm việc bạn nhận một thư.")
            if wanted
            else _("Chỉ còn gửi cảnh báo có thời hạn do luật định.")
        )
        messages.success(request, said)
    return redirect("reporting:warnings")
