"""Feedback and petitions at the desk: the list by limit, one petition with its moves, writing down a call or letter."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.access import get_petition
from dossiers.actions import petitions as actions
from dossiers.forms_petitions import ForwardForm, PublishForm, RecordForm, ReplyForm
from dossiers.models import Petition, PetitionState
from dossiers.petitions import MOVES, WAITING, WrongPetitionStateError, limits, moves_from
from dossiers.views.desk import officer
from dossiers.views.petitions import keep
from dossiers.workflow import ActionError
from portal.accounts.access import can_somewhere
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.reads_writes import reads, writes
from procedures.calendar import calendar_for

PER_PAGE = 30
FORMS: dict[str, type[forms.Form]] = {
    "take": forms.Form,
    "answer": ReplyForm,
    "ask": ReplyForm,
    "refuse": ReplyForm,
    "forward": ForwardForm,
    "publish": PublishForm,
}
ACTIONS: dict[str, Callable[..., Petition]] = {
    "take": actions.take,
    "answer": actions.answer,
    "ask": actions.ask,
    "refuse": actions.refuse,
    "forward": actions.forward,
    "publish": actions.publish,
}


@login_required
@reads
def petitions(request: HttpRequest) -> HttpResponse:
    """Petitions of one's units: what waits by its limit, or what is over."""
    user = officer(request)
    if not can_somewhere(user, Permission.ANSWER_PETITIONS):
        raise PermissionDenied(Permission.ANSWER_PETITIONS.value)
    over = "xong" in request.GET
    listed = Petition.objects.visible_to(user).select_related("unit")
    open_ones = listed.filter(state__in=WAITING).order_by("answer_by", "id")
    done = listed.filter(state__in=[PetitionState.PUBLISHED, PetitionState.REFUSED]).order_by("-id")
    context = {
        "page": Paginator(done if over else open_ones, PER_PAGE).get_page(request.GET.get("page")),
        "over": over,
        "now": clock.now(),
    }
    return render(request, "dossiers/petitions/petitions.html", context)


@login_required
@writes
def record(request: HttpRequest) -> HttpResponse:
    """Write down what came by telephone, letter or at the counter."""
    user = officer(request)
    if not any(can_somewhere(user, each) for each in (Permission.ANSWER_PETITIONS, Permission.RECEIVE)):
        raise PermissionDenied(Permission.RECEIVE.value)
    form = RecordForm(request.POST or None, request.FILES or None, initial={"client_key": uuid.uuid4()})
    if form.is_bound and form.is_valid():
        made = keep(form, by=user, channel=form.cleaned_data["channel"])
        if made is not None:
            messages.success(request, _("Đã ghi nhận phản ánh %(code)s.") % {"code": made.code})
            return redirect(request.path)
    status = 422 if form.is_bound else 200
    return render(request, "dossiers/petitions/record.html", {"form": form}, status=status)


@login_required
@reads
def petition(request: HttpRequest, code: str) -> HttpResponse:
    """One petition with everything said and the moves that stand open."""
    return _page(request, get_petition(officer(request), code))


@login_required
@writes
def petition_move(request: HttpRequest, code: str, move: str) -> HttpResponse:
    """Make one move; its form first, and again with the reason when it is refused."""
    user = officer(request)
    found = get_petition(user, code)
    if move not in MOVES:
        raise Http404(_("Không có thao tác này."))
    if move not in {each.name for each in moves_from(found.state)}:
        return _changed(request, code)
    form = FORMS[move](request.POST if request.method == "POST" else None, initial=_first(found, move))
    if form.is_bound and form.is_valid():
        answered = _moved(request, found, move, form, user)
        if answered is not None:
            return answered
    context = {"petition": found, "form": form, "move": MOVES[move]}
    return render(request, "dossiers/petitions/move.html", context, status=422 if form.errors else 200)


def _first(petition: Petition, move: str) -> dict[str, Any]:
    return {"question": petition.text, "answer": petition.answer} if move == "publish" else {}


def _moved(
    request: HttpRequest, petition: Petition, move: str, form: forms.Form, user: User
) -> HttpResponse | None:
    try:
        ACTIONS[move](code=petition.code, by=user, **form.cleaned_data)
    except WrongPetitionStateError:
        return _changed(request, petition.code)
    except ActionError as error:
        form.add_error(error.field or None, str(error.message))
        return None
    messages.success(request, _("Đã ghi: %(what)s.") % {"what": MOVES[move].label})
    return redirect(
        "dossiers:petitions" if move == "forward" else "dossiers:petition", *_args(move, petition)
    )


def _args(move: str, petition: Petition) -> list[str]:
    return [] if move == "forward" else [petition.code]


def _changed(request: HttpRequest, code: str) -> HttpResponse:
    messages.warning(request, _("Phản ánh đã sang bước khác; trang này cho thấy tình trạng hiện nay."))
    return redirect("dossiers:petition", code)


def _page(request: HttpRequest, petition: Petition) -> HttpResponse:
    events = list(petition.events.select_related("unit", "actor"))
    context = {
        "petition": petition,
        "events": events,
        "limits": limits(events, calendar_for(petition.unit)),
        "moves": moves_from(petition.state),
        "files": petition.files.all(),
        "now": clock.now(),
    }
    return render(request, "dossiers/petitions/petition.html", context)
