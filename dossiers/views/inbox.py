"""The inbox: tabs, filters in the address, search, and the filters an officer keeps under a name."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dossiers.actions import saved_filters
from dossiers.finding import MANY, Found, asked, find, matching, names_a_person
from dossiers.forms_inbox import FilterForm, SaveFilterForm, query_of
from dossiers.inbox import (
    SORTS,
    Reader,
    Tab,
    asked_elsewhere,
    counts,
    first_tab,
    listed,
    moves_of,
    reader,
    tabs_for,
)
from dossiers.lines import lines
from dossiers.models import Dossier
from dossiers.views.desk import officer
from dossiers.workflow import ActionError
from portal.accounts.access import can_somewhere
from portal.accounts.permissions import Permission
from portal.lib.keyset import Slice, cut, read_where
from portal.lib.reads_writes import reads, writes

PER_PAGE = 50
# What a row needs; the rest of a dossier stays in the database.
_JOINED = ("procedure", "assignee", "competent_unit")
_READ = (
    "code", "owner_name", "state", "money", "due_at", "accept_by", "step_due_at", "clock_paused", "finished_at",
    "closed_at", "procedure__title", "procedure__short_title", "procedure__code", "assignee__full_name",
    "competent_unit__office_hours",
)  # fmt: skip
access_log = logging.getLogger("access")


@login_required
@reads
def inbox(request: HttpRequest) -> HttpResponse:
    """The inbox of the signed-in officer."""
    user = officer(request)
    who, tabs = reader(user), tabs_for(user)
    numbers = counts(Dossier.objects.visible_to(user), who, tabs)
    q = request.GET.get("q", "")
    chosen = _chosen("all" if q.strip() else request.GET.get("tab") or first_tab(tabs, numbers), tabs)
    form = FilterForm(user, request.GET)
    good = form.is_valid()
    page, found = _page(request, who, chosen, form, q)
    opened = form.is_used or not good or "filter" in request.GET
    context = {
        "tabs": [(tab, numbers.get(tab.code)) for tab in tabs],
        "alarm": numbers.get("nobody", 0),
        "chosen": chosen,
        "lines": lines(page.rows, who),
        "page": page,
        "found": found,
        "most": MANY,
        "q": q,
        "filter": form if opened else None,
        "moves": (moves := moves_of(chosen, user)),
        "pick": bool(moves) and "pick" in request.GET,
        "names": can_somewhere(user, Permission.SEE_PERSONAL_DATA),
        **(_kept(request) if opened else {}),
    }
    template = "dossiers/desk/_list.html" if request.htmx else "dossiers/desk/inbox.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=200 if good else 422)


def _chosen(code: str, tabs: list[Tab]) -> Tab:
    if not tabs:
        raise PermissionDenied("no inbox")
    return next((tab for tab in tabs if tab.code == code), tabs[0])


def _kept(request: HttpRequest) -> dict[str, Any]:
    """The saved filters, and whether this page's may be saved."""
    mine = saved_filters.of(officer(request))
    return {"saved": mine, "query": query_of(request.GET), "save": SaveFilterForm()}


def _page(
    request: HttpRequest, who: Reader, tab: Tab, form: FilterForm, q: str
) -> tuple[Slice[Dossier], Found | None]:
    """The rows of the page asked for; a list of everything is found through the words of the dossiers."""
    sort = form.cleaned_data.get("sort")
    order = SORTS[sort][1] if sort and tab.is_open else tab.order
    where = read_where(request.GET.get("after", ""), request.GET.get("before", ""), order)
    rows, found = listed(Dossier.objects.visible_to(who.user), who, tab).filter(form.condition()), None
    if q.strip() and form.is_used:
        rows = matching(rows, who.user, q)
    elif tab.code == "all" and not form.is_used:
        found = find(who.user, q, where, PER_PAGE)
        rows = rows.filter(pk__in=found.keys)
    if tab.code == "waiting":
        rows = rows.annotate(asked=asked_elsewhere().values("unit__name")[:1])
    page = cut(rows.select_related(*_JOINED).only(*_READ), order, where, PER_PAGE)
    if names_a_person(asked(q)):
        keys = ",".join(str(row.pk) for row in page.rows) or "none"
        access_log.info("search by number dossiers=%s user=%s", keys, who.user.pk)
    return page, found


@login_required
@require_POST
@writes
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keep the filters of an address under a name."""
    user, query = officer(request), query_of(QueryDict(request.POST.get("query", "")[:1000]))
    try:
        saved_filters.keep(by=user, name=request.POST.get("name", ""), query=query)
    except ActionError as refused:
        messages.error(request, str(refused.message))
    else:
        messages.success(request, _("Đã lưu bộ lọc."))
    return redirect(f"{reverse('dossiers:inbox')}?{query}&filter=1")


@login_required
@require_POST
@writes
def drop_filter(request: HttpRequest, key: int) -> HttpResponse:
    """Remove one of one's own saved filters."""
    saved_filters.remove(by=officer(request), key=key)
    messages.success(request, _("Đã xóa bộ lọc."))
    return redirect(f"{reverse('dossiers:inbox')}?filter=1")
