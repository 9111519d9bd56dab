"""The end of the desk's day: confirming a handover, the unit's day, the closing sheets as PDF."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.workflow import ActionError
from payments import sheets
from payments.access import get_desk_unit, get_handed_shift
from payments.actions.desk import close_day, confirm_handover
from payments.models import Provider
from payments.querysets import day_sheet
from payments.views.people import money_officer, person
from portal.accounts.access import can
from portal.accounts.permissions import Permission
from portal.lib import clock, pdf
from portal.lib.reads_writes import reads, writes


@login_required
@writes
def confirm(request: HttpRequest, shift_id: int) -> HttpResponse:
    """The colleague who got the cash of a closed shift confirms it."""
    user = person(request)
    get_handed_shift(user, shift_id)
    if request.method == "POST":
        confirm_handover(by=user, shift_id=shift_id)
        messages.success(request, _("Đã xác nhận nhận đủ tiền."))
    return redirect("payments:shift", shift_id)


@login_required
@reads
def shift_sheet(request: HttpRequest, shift_id: int) -> HttpResponse:
    """The closing sheet of a closed shift as a PDF."""
    shift = get_handed_shift(person(request), shift_id)
    if shift.closed_at is None:
        raise Http404(_("Ca thu chưa chốt."))
    return _paper("payments/print/shift_sheet.html", sheets.of_shift(shift), f"bang-ke-ca-{shift.pk}")


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise Http404(_("Không có ngày này.")) from error


@login_required
@writes
def day(request: HttpRequest, unit_code: str, day: str) -> HttpResponse:
    """What a unit took on a day; its POST closes the day for good."""
    user = money_officer(request)
    unit, date = get_desk_unit(user, unit_code), _day(day)
    if request.method == "POST":
        try:
            close_day(by=user, unit_code=unit_code, day=date)
            messages.success(request, _("Đã khóa sổ ngày."))
        except ActionError as error:
            messages.error(request, str(error.message))
        return redirect("payments:desk-day", unit_code, day)
    sheet = day_sheet(unit, date)
    context = {
        "sheet": sheet,
        "roads": [(Provider(road).label, count, total) for road, count, total in sheet.by_road],
        "before": date - datetime.timedelta(days=1),
        "after": date + datetime.timedelta(days=1) if date < clock.today() else None,
        "may_close": sheet.closing is None or sheet.closing.closed_at is None,
        "closes": can(user, Permission.APPROVE_MONEY, unit),
    }
    return render(request, "payments/desk/day.html", context)


@login_required
@reads
def day_paper(request: HttpRequest, unit_code: str, day: str) -> HttpResponse:
    """The closing sheet of a unit's day as a PDF."""
    unit, date = get_desk_unit(money_officer(request), unit_code), _day(day)
    context = sheets.of_day(day_sheet(unit, date))
    return _paper("payments/print/day_sheet.html", context, f"bang-ke-ngay-{date:%Y%m%d}")


def _paper(template: str, context: dict[str, Any], name: str) -> HttpResponse:
    answer = HttpResponse(
        pdf.render(template, context, title=context["title"]), content_type="application/pdf"
    )
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer
