"""Verification: asking another unit from a dossier, and the page of the unit that was asked."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.access import can_move, consultations_for, get_consultation, get_dossier
from dossiers.actions import verifying
from dossiers.forms_verifying import OpinionForm, QuestionForm
from dossiers.models import Consultation, Dossier
from dossiers.views.decisions import moved_on
from dossiers.views.desk import context_of, officer
from dossiers.workflow import BY_NAME, ActionError, WrongState
from portal.accounts.access import can_somewhere
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.reads_writes import reads, writes

PER_PAGE = 50


@login_required
@writes
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask another unit about a dossier one handles."""
    user, move = officer(request), BY_NAME["ask_verification"]
    dossier = get_dossier(user, code)
    if not can_move(user, move, dossier):
        raise PermissionDenied(move.name)
    form = QuestionForm(dossier, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            asked = verifying.ask(code=code, by=user, question=form.asked())
        except WrongState as late:
            return _too_late(request, dossier, user, late)
        except ActionError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        else:
            messages.success(request, _("Đã gửi đề nghị xác minh tới %(unit)s.") % {"unit": asked.unit})
            return redirect("dossiers:desk", code=code)
    context = {"dossier": dossier, "form": form, "move": move}
    return render(request, "dossiers/verifying/ask.html", context, status=422 if form.is_bound else 200)


def _too_late(request: HttpRequest, dossier: Dossier, user: User, late: WrongState) -> HttpResponse:
    messages.warning(request, moved_on(late))
    fresh = get_dossier(user, dossier.code)
    return render(request, "dossiers/desk/dossier.html", context_of(fresh, user), status=409)


@login_required
@reads
def asked(request: HttpRequest) -> HttpResponse:
    """What other units asked of ours: open ones first, the nearest limit on top."""
    user = officer(request)
    if not can_somewhere(user, Permission.PROCESS):
        raise PermissionDenied(Permission.PROCESS.value)
    rows = consultations_for(user).order_by(
        F("answered_at").asc(nulls_first=True), F("closed_at").asc(nulls_first=True), "answer_by"
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "dossiers/verifying/asked.html", {"page": page, "now": clock.now()})


@login_required
@writes
def answer(request: HttpRequest, key: int) -> HttpResponse:
    """One question asked of our unit, and its answer."""
    user = officer(request)
    consultation = get_consultation(user, key)
    form = OpinionForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            verifying.answer(consultation=key, by=user, opinion=form.cleaned_data["opinion"])
        except WrongState as late:
            messages.warning(request, moved_on(late))
            status = 409
        except ActionError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        else:
            messages.success(request, _("Đã gửi trả lời."))
            return redirect("dossiers:asked")
    return render(request, "dossiers/verifying/answer.html", _context(consultation, form), status=status)


def _context(consultation: Consultation, form: OpinionForm) -> dict[str, object]:
    consultation.refresh_from_db()
    return {
        "asked": consultation,
        "dossier": consultation.dossier,
        "files": list(consultation.files.all()) if consultation.is_open else [],
        "form": form,
        "now": clock.now(),
    }
