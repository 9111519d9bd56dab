"""The queue at the people's side: the kiosk, the ticket, the call display. Nothing personal on any of them."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from dossiers import queueing
from dossiers.actions import queue
from dossiers.forms_queue import TicketForm
from dossiers.grounds import basis_of
from dossiers.models import QueuePoint, TicketState
from dossiers.workflow import ActionError
from portal.lib.reads_writes import public, reads, writes

KIOSK_SECONDS = 30


@public
@never_cache
@writes
def kiosk(request: HttpRequest, token: str) -> HttpResponse:
    """Take a number: one press for the matter; priority is said first."""
    point = queueing.point_by_token(token)
    form = TicketForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ticket = queue.take_ticket(by=None, point=point, **form.cleaned_data)
            return redirect(f"{reverse('dossiers:ticket', args=[ticket.pk])}?tai-may=1")
        except ActionError as refused:
            form.add_error(None, str(refused.message))
    waiting = queueing.waiting(point).count()
    context = {
        "point": point,
        "form": form,
        "waiting": waiting,
        "expected": queueing.expected(point, waiting),
    }
    response = render(
        request, "dossiers/queue/kiosk.html", context, status=422 if request.method == "POST" else 200
    )
    if request.method == "POST":
        _return_to_kiosk(response, point)
    return response


def _return_to_kiosk(response: HttpResponse, point: QueuePoint) -> None:
    """The machine shows its first page again by itself, without script: the next person never meets the last one's."""
    response["Refresh"] = f"{KIOSK_SECONDS};url={reverse('dossiers:kiosk', args=[point.token])}"


@public
@never_cache
@reads
def ticket(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One's number: how many are before, where to go. With htmx only the part that changes."""
    found = queueing.get_ticket(key)
    ahead = queueing.ahead_of(found)
    context = {
        "ticket": found,
        "ahead": ahead,
        "expected": queueing.expected(found.point, ahead) if found.state == TicketState.WAITING else None,
        "basis": basis_of(found.ground),
        "here": request.build_absolute_uri(request.path),
        "at_kiosk": "tai-may" in request.GET,
        "seconds": KIOSK_SECONDS,
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "dossiers/queue/_turn.html", context)
    response = render(request, "dossiers/queue/ticket.html", context)
    if context["at_kiosk"]:
        _return_to_kiosk(response, found.point)
    return response


@public
@never_cache
@reads
def display(request: HttpRequest, token: str) -> HttpResponse:
    """The big screen of a point: numbers and windows, how many wait. With htmx only the part that changes."""
    point = queueing.point_by_token(token)
    waiting = queueing.waiting(point).count()
    context = {
        "point": point,
        "calls": queueing.calls(point),
        "waiting": waiting,
        "expected": queueing.expected(point, waiting),
    }
    template = "dossiers/queue/_calls.html" if request.htmx else "dossiers/queue/display.html"  # type: ignore[attr-defined]
    return render(request, template, context)
