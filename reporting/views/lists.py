"""The list behind a number: page and CSV."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from portal.accounts.access import can_somewhere
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.lib.reads_writes import reads
from procedures.models import Field
from reporting import behind, boards
from reporting.access import sees_people
from reporting.asked import asked_list
from reporting.exports import stream
from reporting.forms import PARTS

PAGE = 50


@reads
@login_required
def behind_number(request: HttpRequest) -> HttpResponse:
    """The dossiers one number counts; names only for readers who may see them."""
    scope, form, asked = asked_list(request.user, request.GET)
    data = form.cleaned_data
    context = {
        "unit": scope.by_code.get(data["unit"]),
        "kind": boards.GROUP_LABELS.get(data["kind"], ""),
        "field": Field.objects.filter(code=asked.field).first() if asked.field else None,
        "narrowed": behind.words(asked.narrow),
        "csv_url": f"{reverse('reporting:list-csv')}?{request.GET.urlencode()}",
    }
    return render_list(request, asked, context)


def render_list(request: HttpRequest, asked: behind.Request, more: dict[str, Any]) -> HttpResponse:
    """The page of a list; `more` says whose it is and where its file is."""
    people = sees_people(request.user, asked.units)
    page = Paginator(asked.lines(), PAGE).get_page(request.GET.get("page"))
    total = asked.fact.total
    worth = asked.rows().aggregate(sum=Sum(total))["sum"] or 0 if total is not None else None
    context = {
        "asked": asked,
        "fact": asked.fact,
        "measure": asked.measure,
        "parts": [(part, label, part == asked.part) for part, label in PARTS.items() if asked.measure],
        "page": page,
        "lines": list(behind.shown(page.object_list, behind.unit_names(), people=people)),
        "count": page.paginator.count,
        "worth": _worth_text(asked, worth),
        "people": people,
        "download": {"key": uuid.uuid4(), "query": request.GET.urlencode()},
        "may_open": can_somewhere(cast(User, request.user), Permission.SEE_DOSSIERS),
    }
    blank: dict[str, Any] = {
        "unit": None,
        "kind": "",
        "field": None,
        "narrowed": [],
        "csv_url": "",
        "whose": "",
    }
    return render(request, "reporting/lists/behind_number.html", context | blank | more)


def _worth_text(asked: behind.Request, worth: int | None) -> str:
    """What a sum adds up to, in words; empty for a plain count."""
    if worth is None or asked.measure is None:
        return ""
    return boards.amount(asked.measure, asked.fact.code, {asked.fact.code: int(worth)})


@reads
@login_required
def behind_number_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same list as CSV, whole, without names, streamed."""
    _scope, _form, asked = asked_list(request.user, request.GET)
    name = f"{asked.name}-{asked.period.first}-{asked.period.last}.csv"
    return StreamingHttpResponse(
        stream(asked, behind.unit_names()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
