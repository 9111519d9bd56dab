"""Reports: the list and the form, one report with its files, schedules, and the public check of a file."""

from __future__ import annotations

import logging
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from dossiers.views.documents import CompareForm, digest_of, file_response
from dossiers.workflow import ActionError
from portal.accounts.models import User
from portal.accounts.permissions import Role
from portal.lib import clock
from portal.lib.reads_writes import public, reads, writes
from reporting.access import (
    get_report,
    get_schedule,
    reports_visible_to,
    schedules_visible_to,
    scope_of,
)
from reporting.actions.reports import add_schedule, ask_report, end_schedule
from reporting.forms_reports import ReportForm, ScheduleForm
from reporting.models import Report, ReportSchedule
from reporting.periods import Period, Preset
from reporting.schedules import next_issue
from reporting.sheets.base import drawn
from reporting.sheets.printing import sheet_of

access_log = logging.getLogger("access")
PAGE = 30
SECONDS = 3
TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@login_required
@writes
def listing(request: HttpRequest) -> HttpResponse:
    """The reports one may see, and the form that makes one."""
    scope = scope_of(request.user)
    period = Period.named(Preset.LAST_MONTH, clock.today())
    form = ReportForm(request.POST if request.method == "POST" else None, scope=scope, period=period)
    if form.is_bound and form.is_valid():
        try:
            report = ask_report(by=cast(User, request.user), wish=form.wish())
        except ActionError as error:
            form.add_error(error.field or None, str(error))
        else:
            return redirect("reporting:report", pk=report.pk)
    page = Paginator(reports_visible_to(request.user), PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "reports": list(page.object_list)}
    return render(request, "reporting/reports/listing.html", context, status=422 if form.errors else 200)


@login_required
@reads
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One report as it was counted, with its files; while it is being made, a page that says so (202)."""
    report = get_report(request.user, pk)
    found = list(report.files.all())
    waits = report.content is None or not found
    context: dict[str, Any] = {"report": report, "files": found, "waits": waits, "seconds": SECONDS}
    if report.content is not None:
        with translation.override("vi"):
            sheet = sheet_of(report)
            context |= {"sheet": sheet, "tables": [drawn(table) for table in sheet.tables]}
    context["content"] = report.content
    response = render(request, "reporting/reports/report.html", context, status=202 if waits else 200)
    if waits:
        response["Retry-After"] = str(SECONDS)
    return response


@login_required
@reads
def download(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """A file of a report, as it was stored."""
    report = get_report(request.user, pk)
    file = next((one for one in report.files.all() if one.format == form), None)
    if file is None:
        raise Http404(_("Báo cáo chưa có tệp này."))
    name = f"{report.kind}-{report.unit.code}-{report.first}-{report.last}.{file.format}"
    access_log.info("read report=%s format=%s user=%s", report.pk, file.format, request.user.pk)
    return file_response(file.sha256, name, TYPES[file.format])


@login_required
@writes
def schedules(request: HttpRequest) -> HttpResponse:
    """The schedules that run, and the form that sets one up."""
    scope = scope_of(request.user)
    form = ScheduleForm(request.POST if request.method == "POST" else None, scope=scope)
    if form.is_bound and form.is_valid():
        try:
            add_schedule(by=cast(User, request.user), wish=form.wish())
        except ActionError as error:
            form.add_error(error.field or None, str(error))
        else:
            messages.success(request, _("Đã đặt lịch báo cáo."))
            return redirect("reporting:schedules")
    rows = [_shown(one) for one in schedules_visible_to(request.user)]
    context = {"form": form, "rows": rows}
    return render(request, "reporting/reports/schedules.html", context, status=422 if form.errors else 200)


def _shown(schedule: ReportSchedule) -> dict[str, Any]:
    return {
        "schedule": schedule,
        "next": next_issue(schedule.rhythm, schedule.issue_day, clock.today()),
        "roles": [Role(role).label for role in schedule.roles],
    }


@login_required
@writes
def schedule_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a schedule."""
    schedule = get_schedule(request.user, pk)
    if request.method == "POST":
        end_schedule(by=cast(User, request.user), schedule_id=schedule.pk)
        messages.success(request, _("Đã kết thúc lịch báo cáo; các báo cáo đã lập vẫn còn."))
    return redirect("reporting:schedules")


@public
@writes
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Which report this is and the hashes of its files; compares a file on request. POST writes nothing."""
    report = Report.objects.filter(token=token, content__isnull=False).select_related("unit").first()
    if report is None:
        raise Http404(_("Không có báo cáo nào ứng với địa chỉ này."))
    posted = request.method == "POST"
    form = CompareForm(request.POST, request.FILES) if posted else CompareForm()
    form.fields["file"].widget.attrs["accept"] = ".pdf,.xlsx"
    found = list(report.files.all())
    same = None
    if form.is_bound and form.is_valid():
        digest = digest_of(form.cleaned_data["file"])
        same = next((one for one in found if one.sha256 == digest), False)
    context = {"report": report, "sheet": sheet_of(report), "files": found, "form": form, "same": same}
    response = render(request, "reporting/reports/verify.html", context, status=422 if form.errors else 200)
    response["X-Robots-Tag"] = "noindex"
    return response
