"""The queue at the officer's side: call, call again, end, move; tickets for people without a kiosk; points."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers import queueing
from dossiers.actions import queue
from dossiers.forms_queue import CallForm, MoveForm, PointForm, TicketForm
from dossiers.models import QueueTicket
from dossiers.views.desk import officer
from dossiers.workflow import ActionError
from portal.accounts.access import can_somewhere, units_with
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.lib.reads_writes import reads, writes

ACTS = {"recall": queue.recall, "finish": queue.finish, "no-show": queue.no_show}


def _receiver(request: HttpRequest) -> User:
    user = officer(request)
    if not can_somewhere(user, Permission.RECEIVE):
        raise PermissionDenied("no counter")
    return user


@login_required
@reads
def board(request: HttpRequest) -> HttpResponse:
    """The points of the officer's counters: who waits, what was measured, and for a head opening a point."""
    return _board(request, _receiver(request))


def _board(request: HttpRequest, user: User, form: PointForm | None = None) -> HttpResponse:
    points = [(point, queueing.waiting(point).count()) for point in queueing.points_of(user)]
    runs = units_with(user, Permission.MANAGE_PEOPLE) & units_with(user, Permission.RECEIVE)
    context = {
        "points": points,
        "form": form or (PointForm(runs) if runs.exists() else None),
        "measured": queueing.measured(user),
        "runs": set(runs.values_list("pk", flat=True)),
    }
    return render(request, "dossiers/queue/board.html", context, status=422 if form else 200)


@login_required
@writes
def open_point(request: HttpRequest) -> HttpResponse:
    """A new receiving point, by a head."""
    user = _receiver(request)
    runs = units_with(user, Permission.MANAGE_PEOPLE) & units_with(user, Permission.RECEIVE)
    if not runs.exists():
        raise PermissionDenied("no unit to run")
    if request.method != "POST":
        return redirect("dossiers:queue")
    form = PointForm(runs, request.POST)
    if form.is_valid():
        try:
            queue.open_point(by=user, unit=form.cleaned_data["unit"], name=form.cleaned_data["name"])
            return redirect("dossiers:queue")
        except ActionError as refused:
            form.add_error("name", str(refused.message))
    return _board(request, user, form)


@login_required
@writes
def close_point(request: HttpRequest, point_id: int) -> HttpResponse:
    """No more tickets from a point."""
    user = _receiver(request)
    point = queueing.get_point(user, point_id)
    if request.method == "POST":
        queue.close_point(by=user, point_id=point.pk)
    return redirect("dossiers:queue")


@login_required
@writes
def line(request: HttpRequest, point_id: int) -> HttpResponse:
    """The line of one point: calling from it, and a ticket for somebody who comes to the desk."""
    user = _receiver(request)
    point = queueing.get_point(user, point_id)
    form = TicketForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            queue.take_ticket(by=user, point=point, **form.cleaned_data)
            return redirect("dossiers:queue-line", point.pk)
        except ActionError as refused:
            form.add_error(None, str(refused.message))
    status = 422 if request.method == "POST" else 200
    return render(
        request, "dossiers/queue/line.html", {**_line(request, user, point), "form": form}, status=status
    )


def _line(request: HttpRequest, user: User, point: Any) -> dict[str, Any]:
    return {
        "point": point,
        "waiting": queueing.waiting(point).order_by("number"),
        "serving": queueing.serving(user),
        "call": CallForm(initial={"window": request.session.get("window", "")}),
    }


@login_required
@writes
def call(request: HttpRequest, point_id: int) -> HttpResponse:
    """Call the next person of a point; back to the page the key was pressed on."""
    user = _receiver(request)
    point = queueing.get_point(user, point_id)
    if request.method != "POST":
        return redirect("dossiers:queue-line", point.pk)
    form = CallForm(request.POST)
    if not form.is_valid():
        context = {**_line(request, user, point), "form": TicketForm(), "call": form}
        return render(request, "dossiers/queue/line.html", context, status=422)
    request.session["window"] = form.cleaned_data["window"]
    request.session["queue_point"] = point.pk
    ticket = queue.call_next(by=user, point_id=point.pk, **form.cleaned_data)
    return _back(request, ticket)


@login_required
@writes
def act(request: HttpRequest, name: str) -> HttpResponse:
    """Call again, end or miss the officer's present ticket."""
    user = _receiver(request)
    if name not in ACTS:
        raise Http404(_("Không có thao tác này."))
    if request.method != "POST":
        return redirect("dossiers:counter")
    try:
        return _back(request, ACTS[name](by=user), name)
    except ActionError as refused:
        messages.warning(request, str(refused.message))
        return redirect("dossiers:counter")


@login_required
@writes
def move(request: HttpRequest) -> HttpResponse:
    """Send the person to another point of the unit."""
    user = _receiver(request)
    serving = queueing.serving(user)
    if serving is None:
        messages.warning(request, _("Bạn chưa gọi số nào."))
        return redirect("dossiers:counter")
    form = MoveForm(serving.point, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ticket = queue.move(by=user, point_id=form.cleaned_data["point"].pk)
            said = _("Đã chuyển sang %(point)s, số mới %(number)s.")
            messages.success(request, said % {"point": ticket.point, "number": ticket})
            return redirect("dossiers:counter")
        except ActionError as refused:
            form.add_error("point", str(refused.message))
    status = 422 if request.method == "POST" else 200
    return render(request, "dossiers/queue/move.html", {"form": form, "ticket": serving}, status=status)


def _back(request: HttpRequest, ticket: QueueTicket | None, name: str = "call") -> HttpResponse:
    said = {
        "call": _("Mời số %(number)s đến %(window)s."),
        "recall": _("Mời lại số %(number)s đến %(window)s."),
        "finish": _("Số %(number)s đã xong."),
        "no-show": _("Số %(number)s không đến."),
    }
    if ticket is None:
        messages.info(request, _("Không còn ai chờ ở điểm này."))
    else:
        messages.success(request, said[name] % {"number": ticket, "window": ticket.window})
    return redirect("dossiers:counter")
