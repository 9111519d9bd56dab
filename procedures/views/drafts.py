"""Drafts of versions: the list, beginning one, how far it is, checking and dropping it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib.errors import ActionError
from portal.lib.reads_writes import reads, writes
from procedures.access import can_edit, can_publish, check_edit, check_see_drafts, get_draft, get_procedure
from procedures.actions import drafts
from procedures.drafting import Place, places
from procedures.editor.nodes import BY_KEY, PARTS, RULES
from procedures.editor.tree import count, nearest
from procedures.editor.wording import said
from procedures.filters import Wanted
from procedures.models import VersionDraft
from procedures.querysets import catalogue, drafts_shown, open_draft_of, scheduled_versions

FOUND = 20


@login_required
@reads
def listing(request: HttpRequest) -> HttpResponse:
    """Open drafts, versions waiting for their day, and a search for the procedure to begin with."""
    check_see_drafts(request.user)
    query = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:200]
    known = catalogue()
    context = {
        "query": query,
        "found": known.find(Wanted(query=query))[:FOUND] if query else [],
        "groups": drafts_shown(),
        "scheduled": scheduled_versions(),
        "may_edit": can_edit(request.user),
    }
    return render(request, "procedures/drafts/listing.html", context)


@login_required
@writes
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Begin a draft of a procedure, or go to the open one; `muc` is the place to mend."""
    check_edit(request.user)
    procedure = get_procedure(code)
    where = request.POST.get("muc") or request.GET.get("muc", "")
    draft = open_draft_of(procedure)
    if request.method == "POST" and draft is None:
        try:
            draft = drafts.new_draft(by=cast(User, request.user), procedure=procedure)
        except drafts.DraftOpenError as error:
            draft = error.draft
    if draft is not None:
        return _at(draft, where)
    return render(request, "procedures/drafts/begin.html", {"procedure": procedure, "where": where})


def _at(draft: VersionDraft, where: str) -> HttpResponse:
    if where.partition(".")[0] in BY_KEY:
        return redirect("procedures:draft-part", draft.pk, nearest(draft.content, where))
    return redirect("procedures:draft", draft.pk)


@login_required
@reads
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a draft is: its parts, what stands in the way of publishing, who changed what."""
    draft = get_draft(request.user, pk)
    return _overview(request, draft)


def _overview(request: HttpRequest, draft: VersionDraft, *, status: int = 200) -> HttpResponse:
    faults = places(draft.content, announced=True) if draft.is_open else []
    wrong = {_part(place) for place in faults}
    context = {
        "draft": draft,
        "faults": shown_places(draft.content, faults),
        "parts": [(node, count(draft.content, node), node.key in wrong) for node in PARTS],
        "changes": draft.changes.select_related("by")[:20],
        "may_edit": draft.is_open and can_edit(request.user),
        "may_publish": can_publish(request.user)
        and not draft.changes.filter(by=cast(User, request.user)).exists(),
    }
    return render(request, "procedures/drafts/overview.html", context, status=status)


def _part(place: Place) -> str:
    return place.part if place.part in BY_KEY else RULES.key


def shown_places(content: dict[str, Any], faults: list[Place]) -> list[dict[str, str]]:
    """Faults as a page lists them: the part's name, where it is mended, what is wrong."""
    return [
        {
            "part": str(BY_KEY[_part(fault)].title),
            "path": fault.path,
            "where": nearest(content, fault.path) if fault.path else _part(fault),
            "text": said(fault.message),
        }
        for fault in faults
    ]


@login_required
@writes
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Run every check; what is found is shown with its place."""
    check_edit(request.user)
    draft = get_draft(request.user, pk)
    if request.method == "POST":
        revision = revision_of(request)
        try:
            drafts.check_draft(by=cast(User, request.user), draft_id=pk, revision=revision)
        except drafts.PlacesError as error:
            messages.error(request, str(error))
            return _overview(request, draft, status=422)
        except drafts.StaleDraftError as error:
            messages.error(request, str(error))
            return _overview(request, error.draft, status=409)
        except ActionError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Dự thảo đã qua mọi kiểm tra, chờ người thứ hai công bố."))
    return redirect("procedures:draft", pk)


@login_required
@writes
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more, then give the draft up."""
    check_edit(request.user)
    draft = get_draft(request.user, pk)
    if request.method == "POST":
        try:
            drafts.drop_draft(by=cast(User, request.user), draft_id=pk)
        except ActionError as error:
            messages.error(request, str(error))
            return redirect("procedures:draft", pk)
        messages.success(request, _("Đã bỏ dự thảo."))
        return redirect("procedures:drafts")
    return render(request, "procedures/drafts/drop.html", {"draft": draft})


def revision_of(request: HttpRequest) -> int:
    """The revision of the draft the page was opened with; 0, which no draft has, for anything else."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
