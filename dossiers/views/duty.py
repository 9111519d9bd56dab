"""People and their work in a unit: open work of each, absences, the hand-over of a desk and its protocol."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dossiers.access import absences_for, get_handover, handovers_for
from dossiers.actions import duty
from dossiers.duty import absent_in
from dossiers.forms_duty import AbsenceForm, DeskForm, units_led
from dossiers.load import loads
from dossiers.views.desk import officer
from dossiers.workflow import ActionError, WrongState
from portal.accounts.access import can_somewhere
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.reads_writes import reads, writes


@login_required
@reads
def people(request: HttpRequest) -> HttpResponse:
    """Open work of every specialist, absences, and the two forms."""
    return _page(request, officer(request))


def _page(request: HttpRequest, user: User, status: int = 200, **forms: Any) -> HttpResponse:
    if not can_somewhere(user, Permission.SEE_DOSSIERS):
        raise PermissionDenied(Permission.SEE_DOSSIERS.value)
    units = [(unit, loads(unit.pk), absent_in(unit.pk)) for unit in units_led(user)]
    context = {
        "units": units,
        "absences": absences_for(user).filter(last_day__gte=clock.today(), cancelled_at=None),
        "handovers": handovers_for(user)[:20],
        "absence_form": AbsenceForm(user),
        "desk_form": DeskForm(user) if units else None,
        "leads": bool(units),
        "user_id": user.pk,
        **forms,
    }
    return render(request, "dossiers/duty/people.html", context, status=status)


@login_required
@require_POST
@writes
def absence(request: HttpRequest) -> HttpResponse:
    """Say who is away and who stands in."""
    user = officer(request)
    form = AbsenceForm(user, request.POST)
    if form.is_valid():
        try:
            made = duty.order_absence(by=user, **form.cleaned_data)
        except ActionError as refused:
            form.add_error(refused.field or None, str(refused.message))
        else:
            said = (
                _("Đã ghi lần vắng mặt.") if made.confirmed_at else _("Đã ghi, chờ người phụ trách xác nhận.")
            )
            messages.success(request, said)
            return redirect("dossiers:people")
    return _page(request, user, 422, absence_form=form)


@login_required
@require_POST
@writes
def decide_absence(request: HttpRequest, key: int) -> HttpResponse:
    """Confirm an absence, or call it off."""
    duty.decide_absence(by=officer(request), key=key, confirm=request.POST.get("confirm") == "yes")
    messages.success(request, _("Đã thực hiện."))
    return redirect("dossiers:people")


@login_required
@require_POST
@writes
def hand_over(request: HttpRequest) -> HttpResponse:
    """Hand a whole desk over."""
    user = officer(request)
    if not can_somewhere(user, Permission.ASSIGN):
        raise PermissionDenied(Permission.ASSIGN.value)
    form = DeskForm(user, request.POST)
    if form.is_valid():
        try:
            made = duty.hand_over_desk(by=user, **{**form.cleaned_data, "to": list(form.cleaned_data["to"])})
        except ActionError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        except WrongState:
            form.add_error(None, _("Một hồ sơ vừa chuyển trạng thái; xin gửi lại."))
        else:
            return redirect("dossiers:desk-handover", key=made.pk)
    return _page(request, user, 422, desk_form=form)


@login_required
@reads
def protocol(request: HttpRequest, key: int) -> HttpResponse:
    """The protocol of a hand-over, to print."""
    handover = get_handover(officer(request), key)
    rows = handover.rows.select_related("dossier__procedure", "to").order_by("position")
    return render(request, "dossiers/duty/protocol.html", {"handover": handover, "rows": rows})
