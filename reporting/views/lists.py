"""The list behind a number: page and CSV."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.accounts.access import can_somewhere
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.reads_writes import reads
from procedures.models import Field
from reporting import behind, boards
from reporting.access import Scope, get_unit, scope_of, sees_people
from reporting.exports import stream
from reporting.forms import PARTS, ListForm

PAGE = 50


def _asked(request: HttpRequest) -> tuple[Scope, ListForm, behind.Request]:
    """What the address asks for, within the reader's rights. Http404 for a list that does not exist."""
    scope = scope_of(request.user)
    form = ListForm(request.GET, today=clock.today())
    if not form.is_valid():
        raise Http404(_("Không có danh sách nào như vậy. Hãy mở danh sách từ một con số trên bảng số liệu."))
    data = form.cleaned_data
    kinds = boards.GROUPS.get(data["kind"], ())
    if data["kind"] and not kinds:
        raise Http404(_("Không có loại đơn vị này."))
    period = form.chosen()
    units = scope.select(data["unit"], kinds, period)
    if data["alone"] and data["unit"]:
        units = units & {get_unit(scope, data["unit"]).pk}
    return (
        scope,
        form,
        behind.Request(
            form.chosen_measure(), form.chosen_part(), period, units, data["field"], form.chosen_fact()
        ),
    )


@reads
@login_required
def behind_number(request: HttpRequest) -> HttpResponse:
    """The dossiers one number counts; names only for readers who may see them."""
    scope, form, asked = _asked(request)
    people = sees_people(request.user, asked.units)
    rows = asked.lines()
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    total = asked.fact.total
    worth = asked.rows().aggregate(sum=Sum(total))["sum"] or 0 if total is not None else None
    unit = scope.by_code.get(form.cleaned_data["unit"])
    context = {
        "asked": asked,
        "fact": asked.fact,
        "measure": asked.measure,
        "parts": [(part, label, part == asked.part) for part, label in PARTS.items() if asked.measure],
        "unit": unit,
        "kind": boards.GROUP_LABELS.get(form.cleaned_data["kind"], ""),
        "field": Field.objects.filter(code=asked.field).first() if asked.field else None,
        "page": page,
        "lines": list(behind.shown(page.object_list, behind.unit_names(), people=people)),
        "count": page.paginator.count,
        "worth": _worth_text(asked, worth),
        "people": people,
        "may_open": can_somewhere(cast(User, request.user), Permission.SEE_DOSSIERS),
        "query": request.GET.urlencode(),
    }
    return render(request, "reporting/lists/behind_number.html", context)


def _worth_text(asked: behind.Request, worth: int | None) -> str:
    """What a sum adds up to, in words; empty for a plain count."""
    if worth is None or asked.measure is None:
        return ""
    return boards.amount(asked.measure, asked.fact.code, {asked.fact.code: int(worth)})


@reads
@login_required
def behind_number_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same list as CSV, whole, without names, streamed."""
    _scope, _form, asked = _asked(request)
    name = f"{asked.name}-{asked.period.first}-{asked.period.last}.csv"
    return StreamingHttpResponse(
        stream(asked, behind.unit_names()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
