"""The tray: asking for a list as a file, at once when it is short, from the worker when it is long."""

from __future__ import annotations

import logging
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.views.documents import file_response
from dossiers.workflow import ActionError
from portal.accounts.access import can_somewhere
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.reads_writes import reads, writes
from reporting.access import exports_of, get_export
from reporting.actions.exports import KEPT, ExportWish, ask_export, cancel
from reporting.downloads.sources import kinds_for, source
from reporting.downloads.writing import TYPES, chunks
from reporting.forms_exports import ExportForm, ListFileForm
from reporting.models import ExportState
from reporting.periods import Period, Preset

access_log = logging.getLogger("access")
AT_ONCE = 5000  # lines handed over while one waits; more are written by the worker
PAGE = 20
SECONDS = 3


def _officer(request: HttpRequest) -> User:
    """Whoever has a list to ask for; PermissionDenied for everybody else."""
    user = cast(User, request.user)
    if not (kinds_for(user) or can_somewhere(user, Permission.SEE_FIGURES)):
        raise PermissionDenied("no lists")
    return user


@login_required
@writes
def tray(request: HttpRequest) -> HttpResponseBase:
    """The files one asked for, with their progress, and the form that asks for one."""
    user = _officer(request)
    period = Period.named(Preset.LAST_MONTH, clock.today())
    form = ExportForm(request.POST if request.method == "POST" else None, user=user, period=period)
    if form.is_bound and form.is_valid():
        try:
            return _handed_over(request, user, form.wish())
        except ActionError as error:
            form.add_error(None, str(error))
        except Http404 as error:
            form.add_error("unit", str(error))
    page = Paginator(exports_of(user), PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "rows": rows,
        "waits": any(row.is_open for row in rows),
        "seconds": SECONDS,
        "kept": KEPT.days,
        "limit": AT_ONCE,
        "may_ask": bool(kinds_for(user)),
        "done": ExportState.DONE,
    }
    return render(request, "reporting/tray/tray.html", context, status=422 if form.errors else 200)


@login_required
@writes
def list_file(request: HttpRequest) -> HttpResponseBase:
    """The list behind a number as a file; the address of the list comes with the form."""
    user = _officer(request)
    form = ListFileForm(request.POST if request.method == "POST" else None)
    if not (form.is_bound and form.is_valid()):
        messages.error(
            request, _("Không có danh sách nào như vậy. Hãy mở danh sách từ một con số trên bảng số liệu.")
        )
        return redirect("reporting:tray")
    try:
        return _handed_over(request, user, form.wish())
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("reporting:tray")


def _handed_over(request: HttpRequest, user: User, wish: ExportWish) -> HttpResponseBase:
    """The file itself, streamed, when the list is short; else the way to the tray."""
    found = source(user, wish.kind, wish.query)
    if found.count() > AT_ONCE:
        ask_export(by=user, wish=wish)
        messages.success(request, _("Danh sách dài nên đang được lập; tệp sẽ nằm trong hộp tải xuống."))
        return redirect("reporting:tray")
    access_log.info("export at once kind=%s names=%s user=%s", wish.kind, found.names, user.pk)
    response = StreamingHttpResponse(chunks(found, wish.format), content_type=TYPES[wish.format])
    response["Content-Disposition"] = f'attachment; filename="{found.name}.{wish.format}"'
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@reads
def export_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A finished file, for its owner while he still may see what is in it."""
    user = _officer(request)
    export = get_export(user, pk)
    if export.state != ExportState.DONE:
        raise Http404(_("Tệp này chưa sẵn sàng hoặc không còn."))
    now = source(user, export.kind, export.query)
    if export.names and not now.names:
        raise PermissionDenied("see_personal_data denied")
    access_log.info("export read=%s names=%s user=%s", export.pk, export.names, user.pk)
    return file_response(export.sha256, export.file_name, TYPES[export.format])


@login_required
@writes
def export_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a file that waits, or throw a finished one away."""
    user = _officer(request)
    export = get_export(user, pk)
    if request.method == "POST":
        export = cancel(by=user, export_id=export.pk)
        messages.success(request, export.get_state_display())
    return redirect("reporting:tray")
