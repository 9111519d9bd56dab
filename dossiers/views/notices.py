"""Notices on the portal: the person's list, the ways he is told by, and the operator's view of what did not arrive."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.access import check_operator
from dossiers.actions.notices import choose_ways, mark_notices_read
from dossiers.forms_notices import ChoiceForm
from dossiers.models import Notice, Way
from dossiers.notices import sent_out, undelivered, unread_of
from dossiers.views.drafting import for_citizens, person
from portal.lib import clock
from portal.lib.reads_writes import reads, writes

PER_PAGE = 20


@for_citizens
@writes
def own_notices(request: HttpRequest) -> HttpResponse:
    """The person's notices, newest first; a press marks all as read."""
    user = person(request)
    if request.method == "POST":
        mark_notices_read(by=user)
        return redirect("dossiers:notices")
    listed = Notice.objects.visible_to(user).filter(way=Way.PORTAL).select_related("dossier__procedure")
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "dossiers/notices/own_notices.html", {"page": page, "unread": unread_of(user)})


@for_citizens
@writes
def notice_ways(request: HttpRequest) -> HttpResponse:
    """By which ways the person is told, besides the portal itself."""
    user = person(request)
    form = ChoiceForm(user, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        choose_ways(by=user, **form.chosen())
        messages.success(request, _("Đã lưu cách nhận thông báo."))
        return redirect("dossiers:notices")
    return render(
        request, "dossiers/notices/notice_ways.html", {"form": form}, status=422 if form.errors else 200
    )


@login_required
@reads
def outgoing(request: HttpRequest) -> HttpResponse:
    """What leaves the portal, for who runs it: counts by way, what failed and why; words only where nothing leaves."""
    check_operator(request.user)
    page = Paginator(sent_out(request.GET.get("way", ""), failed="failed" in request.GET), PER_PAGE)
    context = {
        "page": page.get_page(request.GET.get("page")),
        "undelivered": [(Way(way).label, way, count) for way, count in undelivered(clock.now()).items()],
        "on_screen": settings.NOTICES_ON_SCREEN,
    }
    return render(request, "dossiers/notices/outgoing.html", context)
