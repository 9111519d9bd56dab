"""The working calendar and its changes: proposed, seen beforehand, approved by a second person, followed."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dossiers.access_units import get_calendar_order
from dossiers.actions import calendar_orders as actions
from dossiers.forms_calendar import DayRows, DayRowSet, HoursForm, OrderForm, RejectForm
from dossiers.models import CalendarOrder, CalendarState, PartWork
from dossiers.workflow import ActionError
from portal.accounts.models import Unit, User
from portal.accounts.models.units import office_hours
from portal.lib import clock
from portal.lib.reads_writes import reads, writes
from procedures.access import can_edit, can_publish, check_edit, check_see_drafts
from procedures.importing.small import days_to_order
from procedures.models import CalendarDay, DayKind
from procedures.opening import stated

PAGE_SIZE = 50


@login_required
@reads
def listing(request: HttpRequest) -> HttpResponse:
    """Days to come that are not what their weekday says, hours unlike the usual, and the orders that change them."""
    check_see_drafts(request.user)
    orders = CalendarOrder.objects.select_related("proposed_by", "decided_by").prefetch_related(
        "days", "units"
    )
    context = {
        "days": CalendarDay.objects.filter(day__gte=clock.today()),
        "to_order": [(day, DayKind(kind).label, name) for day, kind, name in days_to_order(clock.today())],
        "hours": [(unit, stated(unit)) for unit in Unit.objects.exclude(office_hours=office_hours())],
        "usual": stated(Unit()).now,
        "waiting": orders.filter(state=CalendarState.PROPOSED),
        "page": Paginator(orders.exclude(state=CalendarState.PROPOSED), 20).get_page(request.GET.get("page")),
        "may_edit": can_edit(request.user),
    }
    return render(request, "dossiers/calendar_orders/listing.html", context)


@login_required
@writes
def new(request: HttpRequest) -> HttpResponse:
    """Propose a change; the preview begins at once."""
    check_edit(request.user)
    form = OrderForm(request.POST or None)
    rows = cast("DayRows", DayRowSet(request.POST or None, prefix="days"))
    if request.method == "POST" and all([form.is_valid(), rows.is_valid()]):
        order = _proposed(request, form, form.wish(rows.days()))
        if order is not None:
            return redirect("dossiers:calendar-order", order.pk)
    context = {"form": form, "rows": rows}
    status = 422 if request.method == "POST" else 200
    return render(request, "dossiers/calendar_orders/new.html", context, status=status)


@login_required
@writes
def new_hours(request: HttpRequest) -> HttpResponse:
    """Propose other office hours of one unit or of many; the preview begins at once."""
    check_edit(request.user)
    form = HoursForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        order = _proposed(request, form, form.wish(hours=form.hours_wish()))
        if order is not None:
            return redirect("dossiers:calendar-order", order.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "dossiers/calendar_orders/new_hours.html", {"form": form}, status=status)


def _proposed(request: HttpRequest, form: OrderForm, wish: actions.Wish) -> CalendarOrder | None:
    """The order as written, or None with the reason in the form."""
    try:
        order = actions.propose(by=cast("User", request.user), key=form.cleaned_data["key"], wish=wish)
    except ActionError as error:
        form.add_error(None, str(error))
        return None
    messages.success(request, _("Đã ghi đề nghị. Lịch chỉ thay đổi khi người thứ hai duyệt."))
    return order


@login_required
@reads
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """One order: its days, which open dossiers it moves, how far the worker is; the second person decides here."""
    found = get_calendar_order(cast("User", request.user), pk)
    context = _context(request, found)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "dossiers/calendar_orders/_progress.html", context)
    return render(request, "dossiers/calendar_orders/order.html", context)


def _context(request: HttpRequest, order: CalendarOrder) -> dict[str, Any]:
    work = PartWork.APPLY if order.state == CalendarState.APPROVED else PartWork.PREVIEW
    parts = order.parts.filter(work=work)
    done = Q(done_at__isnull=False)
    sums = parts.aggregate(
        all=Sum("dossiers"), done=Sum("dossiers", filter=done), open=Count("pk", filter=~done)
    )
    effects = order.effects.select_related("dossier__procedure", "unit")
    units = (
        order.effects.values("unit__name", "unit__sort_key")
        .annotate(count=Count("pk"))
        .order_by("-count", "unit__sort_key")
    )
    proposed = order.state == CalendarState.PROPOSED
    mine = order.proposed_by_id == request.user.pk
    return {
        "order": order,
        "days": order.days.all(),
        "whose": order.units.all(),
        "looked": sums["done"] or 0,
        "total": sums["all"] or 0,
        "busy": bool(sums["open"]),
        "moved": order.effects.filter(moved_at__isnull=False).count(),
        "page": Paginator(effects, PAGE_SIZE).get_page(request.GET.get("page")),
        "units": units[:200],
        "may_decide": proposed and not mine and can_publish(request.user),
        "waits_for_another": proposed and mine,
        "form": RejectForm(),
    }


@login_required
@require_POST
@writes
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve, reject, withdraw, or look again."""
    user, wanted = cast("User", request.user), request.POST.get("decision", "")
    try:
        if wanted == "again":
            done = actions.preview_again(by=user, order_id=pk)
        elif wanted == "withdraw":
            done = actions.withdraw(by=user, order_id=pk)
        else:
            reason = request.POST.get("reason", "")
            done = actions.decide(by=user, order_id=pk, approve=wanted == "approve", reason=reason)
    except ActionError as refused:
        found = get_calendar_order(user, pk)
        form = RejectForm(request.POST)
        form.is_valid()
        form.add_error(refused.field or None, str(refused))
        context = {**_context(request, found), "form": form}
        return render(request, "dossiers/calendar_orders/order.html", context, status=422)
    if done.decided_by not in {None, user}:
        said = {"name": done.decided_by, "state": done.get_state_display()}
        messages.info(request, _("%(name)s đã quyết định trước: %(state)s.") % said)
    return redirect("dossiers:calendar-order", pk)
