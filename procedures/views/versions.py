"""Versions of a procedure: their history, what differs between two, publishing, recalling, withdrawing."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib import clock
from portal.lib.errors import ActionError
from portal.lib.reads_writes import reads, writes
from procedures.access import (
    can_edit,
    can_publish,
    check_publish,
    check_see_drafts,
    get_draft,
    get_procedure,
    get_version,
)
from procedures.actions import publishing
from procedures.actions.drafts import PlacesError, StaleDraftError
from procedures.documents import document_of, empty_document
from procedures.editor.comparing import compare
from procedures.forms import PublishForm, ReasonForm, WithdrawForm
from procedures.models import Procedure, ProcedureVersion, VersionDraft, VersionState
from procedures.querysets import open_draft_of, versions_shown
from procedures.views.drafts import revision_of, shown_places


@login_required
@reads
def history(request: HttpRequest, code: str) -> HttpResponse:
    """Every version of a procedure with its dates and people, and the open draft."""
    check_see_drafts(request.user)
    procedure = get_procedure(code)
    today = clock.today()
    rows = [(version, _when(version, today)) for version in versions_shown(procedure)]
    context = {
        "procedure": procedure,
        "rows": rows,
        "draft": open_draft_of(procedure),
        "may_edit": can_edit(request.user),
        "may_publish": can_publish(request.user),
    }
    return render(request, "procedures/versions/history.html", context)


def _when(version: ProcedureVersion, today: Any) -> str:
    """How a version stands today: now, later, past or recalled."""
    if version.state != VersionState.PUBLISHED:
        return "recalled"
    if version.valid_from > today:
        return "later"
    return "past" if version.valid_to and version.valid_to <= today else "now"


@login_required
@reads
def comparison(request: HttpRequest, code: str) -> HttpResponse:
    """What differs between two versions (`tu`, `den`: numbers), or between the newest and the open draft."""
    check_see_drafts(request.user)
    procedure = get_procedure(code)
    versions = list(versions_shown(procedure))
    draft = open_draft_of(procedure)
    sides = {str(version.number): version for version in versions}
    newest = str(versions[0].number) if versions else ""
    before = _side(
        sides, request.GET.get("tu"), str(versions[1].number) if len(versions) > 1 and not draft else newest
    )
    after_key = request.GET.get("den") or ("du-thao" if draft else newest)
    after: Any = draft if after_key == "du-thao" and draft else _side(sides, after_key, newest)
    context = {
        "procedure": procedure,
        "versions": versions,
        "draft": draft,
        "before": before,
        "after": after,
        "after_is_draft": after is draft and draft is not None,
        "parts": compare(_document(before, procedure), _document(after, procedure)),
    }
    return render(request, "procedures/versions/comparison.html", context)


def _side(sides: dict[str, ProcedureVersion], key: str | None, otherwise: str) -> ProcedureVersion | None:
    if key and key not in sides:
        raise Http404(_("Không có phiên bản này."))
    return sides.get(key or otherwise)


def _document(side: ProcedureVersion | VersionDraft | None, procedure: Procedure) -> dict[str, Any]:
    if isinstance(side, VersionDraft):
        return dict(side.content)
    return document_of(side) if side else empty_document(procedure)


@login_required
@writes
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person reads what changes, chooses the day and publishes."""
    check_publish(request.user)
    draft = get_draft(request.user, pk)
    form = PublishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            version = publishing.publish(
                by=cast(User, request.user),
                draft_id=pk,
                revision=revision_of(request),
                valid_from=form.cleaned_data["valid_from"],
            )
        except StaleDraftError as error:
            form.add_error(None, str(error))
            return _publish(request, error.draft, form, status=409)
        except PlacesError as error:
            form.add_error(None, str(error))
            for place in shown_places(draft.content, error.places):
                form.add_error(None, f"{place['part']} – {place['path']}: {place['text']}")
        except ActionError as error:
            form.add_error(error.field or None, str(error))
        else:
            day = f"{version.valid_from:%d/%m/%Y}"
            messages.success(request, _("Đã công bố, có hiệu lực từ ngày %(day)s.") % {"day": day})
            return redirect("procedures:versions", draft.procedure.code)
    return _publish(request, draft, form, status=422 if request.method == "POST" else 200)


def _publish(request: HttpRequest, draft: VersionDraft, form: PublishForm, *, status: int) -> HttpResponse:
    newest = versions_shown(draft.procedure).filter(state=VersionState.PUBLISHED).first()
    context = {
        "draft": draft,
        "form": form,
        "newest": newest,
        "parts": compare(_document(newest, draft.procedure), draft.content),
        "wrote": draft.changes.filter(by=cast(User, request.user)).exists(),
    }
    return render(request, "procedures/versions/publish.html", context, status=status)


@login_required
@writes
def recall(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a version whose day has not come."""
    check_publish(request.user)
    version = get_version(pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            publishing.recall(by=cast(User, request.user), version_id=pk, reason=form.cleaned_data["reason"])
        except ActionError as error:
            form.add_error(error.field or None, str(error))
        else:
            messages.success(request, _("Đã thu hồi phiên bản; phiên bản trước tiếp tục có hiệu lực."))
            return redirect("procedures:versions", version.procedure.code)
    context = {"version": version, "form": form}
    return render(request, "procedures/versions/recall.html", context, status=_status(form))


@login_required
@writes
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """End a procedure by a decision of the city and name what is done instead."""
    check_publish(request.user)
    procedure = get_procedure(code)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            publishing.withdraw(by=cast(User, request.user), procedure=procedure, **form.values())
        except ActionError as error:
            form.add_error(error.field or None, str(error))
        else:
            messages.success(request, _("Đã ghi quyết định bãi bỏ."))
            return redirect("procedures:versions", procedure.code)
    context = {"procedure": procedure, "form": form}
    return render(request, "procedures/versions/withdraw.html", context, status=_status(form))


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200
