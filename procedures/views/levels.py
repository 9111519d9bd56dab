"""Levels of the units: what holds where, its history, and setting it by two persons."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal.accounts.access import posts_of
from portal.accounts.models import User
from portal.lib import clock
from portal.lib.errors import ActionError
from portal.lib.reads_writes import public, reads, writes
from portal.lib.text import fold
from procedures import levels
from procedures.access import (
    can_edit,
    can_publish,
    check_edit,
    check_publish,
    get_order,
    get_procedure,
    get_unit,
)
from procedures.actions.levels import decide, propose
from procedures.forms_levels import GroupForm, OrderForm, TableForm
from procedures.models import LevelOrder, OfferLevel, OrderState, UnitLevel

PAGE_SIZE = 50


@login_required
@reads
def overview(request: HttpRequest) -> HttpResponse:
    """Officers: the levels of their own unit; the city's catalogue staff also what is proposed and was decided."""
    user = cast("User", request.user)
    if not user.is_officer:
        raise PermissionDenied("officers")
    orders = LevelOrder.objects.select_related("proposed_by", "decided_by")
    own = {post.unit.pk: post.unit for post in posts_of(user) if post.unit.kind in {"commune", "branch"}}
    context = {
        "own": list(own.values()),
        "waiting": list(orders.filter(state=OrderState.PROPOSED)),
        "page": Paginator(orders.exclude(state=OrderState.PROPOSED), 20).get_page(request.GET.get("page")),
        "may_edit": can_edit(user),
        "staff": can_edit(user) or can_publish(user),
        "me": user.pk,
    }
    return render(request, "procedures/levels/overview.html", context)


@login_required
@writes
def new(request: HttpRequest) -> HttpResponse:
    """Propose one level for a group of units and procedures."""
    check_edit(request.user)
    return _propose(request, GroupForm(request.POST or None), "procedures/levels/new.html")


@login_required
@writes
def upload(request: HttpRequest) -> HttpResponse:
    """Propose the levels of a table."""
    check_edit(request.user)
    form = TableForm(request.POST or None, request.FILES or None)
    return _propose(request, form, "procedures/levels/upload.html")


def _propose(request: HttpRequest, form: GroupForm | TableForm, template: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            order = propose(by=cast("User", request.user), wish=form.wish())
        except ActionError as error:
            form.add_error(error.field or None, str(error))
        else:
            messages.success(request, _("Đã ghi đề xuất. Mức độ có hiệu lực khi người thứ hai xác nhận."))
            return redirect("procedures:level-order", order.pk)
    return render(request, template, {"form": form}, status=_status(request, form))


def _status(request: HttpRequest, form: OrderForm) -> int:
    return 422 if request.method == "POST" and form.errors else 200


@login_required
@reads
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """One order with its lines, searchable by unit and procedure; the second person decides here."""
    found = get_order(cast("User", request.user), pk)
    lines = found.lines.filter(rest=False).select_related("unit", "procedure")
    query = request.GET.get("q", "").replace("\x00", " ")[:100]
    for word in fold(query).split():
        lines = lines.filter(unit__search_text__contains=word) | lines.filter(
            procedure__search_text__contains=word
        )
    page = Paginator(lines.order_by("unit__sort_key", "procedure__code"), PAGE_SIZE)
    context = {
        "order": found,
        "query": query,
        "page": page.get_page(request.GET.get("page")),
        "may_decide": found.state == OrderState.PROPOSED and can_publish(request.user),
        "mine": found.proposed_by_id == request.user.pk,
    }
    return render(request, "procedures/levels/order.html", context)


@login_required
@writes
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or reject a proposal of somebody else."""
    check_publish(request.user)
    found = get_order(cast("User", request.user), pk)
    if request.method == "POST":
        try:
            confirm = request.POST.get("decision") == "confirm"
            found = decide(by=cast("User", request.user), order_id=pk, confirm=confirm)
        except ActionError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, found.get_state_display())
    return redirect("procedures:level-order", pk)


@public
@reads
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """What a unit offers today and how: filtered by level and words."""
    place, today = get_unit(code), clock.today()
    wanted = request.GET.get("muc-do", "")
    known = dict(OfferLevel.choices) | {"unconfirmed": _("Chưa xác nhận")}
    every = levels.lines_of(place, today)
    counts: dict[str, int] = {}
    for line in every:
        counts[line.offer.level] = counts.get(line.offer.level, 0) + 1
    query = request.GET.get("q", "").replace("\x00", " ")[:100]
    words = fold(query).split()
    shown = [
        line
        for line in every
        if (not wanted or line.offer.level == wanted)
        and all(word in fold(f"{line.entry.title} {line.entry.code}") for word in words)
    ]
    context = {
        "unit": place,
        "today": today,
        "wanted": wanted,
        "query": query,
        "tabs": [(level, label, counts[level]) for level, label in known.items() if counts.get(level)],
        "total": len(every),
        "page": Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page")),
    }
    return render(request, "procedures/levels/unit.html", context)


@public
@reads
def history(request: HttpRequest, code: str, procedure_code: str) -> HttpResponse:
    """Every level one procedure ever had at one unit; names of officers are for officers only."""
    place, procedure = get_unit(code), get_procedure(procedure_code)
    context = {
        "unit": place,
        "procedure": procedure,
        "rows": [_told(row) for row in levels.history_of(place, procedure)],
        "offer": _offer_today(place, procedure),
        "named": getattr(request.user, "is_officer", False),
    }
    return render(request, "procedures/levels/history.html", context)


def _offer_today(place: Any, procedure: Any) -> levels.Offer | None:
    version = procedure.versions.in_force(clock.today()).order_by("-number").first()
    return levels.offer_of(version, place, clock.today()) if version else None


def _told(row: UnitLevel) -> dict[str, Any]:
    return {"row": row, "offer": levels.Offer(row.level, row)}
