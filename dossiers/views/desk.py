"""The officers' desk: a dossier with what can be done about it now."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dossiers.access import documents_shown, get_dossier, moves_for, sees_whole
from dossiers.actions.intake import may_ask_again
from dossiers.calendars import KnownCalendars
from dossiers.forms_desk import AssignForm
from dossiers.guards import why_not
from dossiers.inbox import reader
from dossiers.lines import tone_of
from dossiers.models import Dossier, SupplementRequest
from dossiers.notices import of_dossier
from dossiers.policies import may_write_to_citizen, revocation_of, unread_for_office
from dossiers.process import named_events
from dossiers.process_shown import open_questions, shown
from dossiers.reuse import spoken
from dossiers.states import EventKind, State
from dossiers.tracking import due_of
from dossiers.transfers_shown import last_transfer
from dossiers.workflow import BY_NAME, STATES, StateFacts
from portal.accounts.access import can
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.reads_writes import reads
from procedures.form_engine import read_back
from procedures.form_schema import load

# What one click does; the others lead to a page of their own that asks for words.
AT_ONCE = ("accept", "take", "meet_obligation", "pass_check", "sign", "issue", "return_result")


def officer(request: HttpRequest) -> User:
    """The signed-in officer. Raises PermissionDenied for citizens."""
    if not isinstance(request.user, User) or not request.user.is_officer:
        raise PermissionDenied("officers only")
    return request.user


def _facts(dossier: Dossier) -> StateFacts:
    return STATES[State(dossier.state)]


@login_required
@reads
def dossier(request: HttpRequest, code: str) -> HttpResponse:
    """A dossier as the officer sees it."""
    user = officer(request)
    return render(request, "dossiers/desk/dossier.html", context_of(get_dossier(user, code), user))


def context_of(dossier: Dossier, user: User) -> dict[str, Any]:
    """Everything the desk page shows; people's data only to those who may see it."""
    moves = {move.name: move for move in moves_for(user, dossier)}
    may_read = any(
        can(user, Permission.SEE_PERSONAL_DATA, unit)
        for unit in {dossier.receiving_unit_id, dossier.competent_unit_id}
    )
    whole = sees_whole(user, dossier)
    assigns = "assign" in moves or "hand_over" in moves
    prefetch_related_objects([dossier], Prefetch("events", named_events(dossier)))
    events, known = list(dossier.events.all()), KnownCalendars()
    requests = list(dossier.supplements.prefetch_related("items__document", "items__attachments"))
    return {
        "dossier": dossier,
        "facts": _facts(dossier),
        "moves": moves,
        "at_once": [(moves[name], why_not(moves[name], dossier, user)) for name in AT_ONCE if name in moves],
        "assign_form": AssignForm(dossier, initial={"to": dossier.assignee_id}) if assigns else None,
        "may_read": may_read,
        "whole": whole,
        "transfer": last_transfer(dossier),
        "may_send": dossier.receiving_unit_id == dossier.competent_unit_id
        and dossier.state in BY_NAME["hand_over"].sources
        and can(user, Permission.RECEIVE, dossier.receiving_unit_id),
        "sections": _answers(dossier) if may_read and whole else [],
        "parties": list(dossier.parties.order_by("-role")) if may_read else [],
        "attachments": list(
            dossier.attachments.filter(removed_at=None).select_related("document", "from_document")
        )
        if whole
        else [],
        "documents": documents_shown(user, dossier, whole=whole),
        "notices": of_dossier(dossier) if may_read else [],
        "events": events[::-1],
        "requests": requests,
        "result": getattr(dossier, "result", None),
        "intake": getattr(dossier, "intake", None),
        "process": shown(dossier, events, known.now, names=may_read) if whole else None,
        "questions": open_questions(dossier) if whole else [],
        "due": due_of(dossier, known),
        "sign": tone_of(dossier, reader(user, known.now)),
        **_talk(dossier, user, requests),
        "extended": any(event.kind == EventKind.EXTENDED for event in events),
        "now": clock.now(),
    }


def _talk(dossier: Dossier, user: User, requests: list[SupplementRequest]) -> dict[str, Any]:
    """Messages and the second supplement request, for those who work on the dossier."""
    waiting = [one for one in requests if one.answered_at is None and one.closed_at is None]
    return {
        "may_write": may_write_to_citizen(user, dossier),
        "unread": unread_for_office(dossier),
        "may_ask_again": may_ask_again(user, dossier),
        "revocation": revocation_of(dossier),
        "may_revoke": dossier.finished_at is not None
        and can(user, Permission.SIGN, dossier.competent_unit_id),
        "overdue_ask": next((one for one in waiting if one.overdue_at), None),
    }


def _answers(dossier: Dossier) -> list[Any]:
    schema, form = load(dossier.version), dossier.forms.first()
    if not schema or not form:
        return []
    sources = dossier.sources.select_related("from_dossier", "from_document")
    return read_back(schema, form.answers, sources=spoken(sources, form.answers))
