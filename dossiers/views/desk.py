"""The officers' desk: the inbox and a dossier with what can be done about it now."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dossiers.access import get_dossier, moves_for
from dossiers.actions.intake import may_ask_again
from dossiers.deadlines import explain, rule_for
from dossiers.forms_desk import AssignForm
from dossiers.inbox import Tab, counts, first_tab, tabs_for
from dossiers.models import Dossier
from dossiers.policies import may_write_to_citizen, revocation_of, unread_for_office
from dossiers.process_shown import open_questions, shown
from dossiers.querysets import DossierQuerySet
from dossiers.reuse import spoken
from dossiers.states import EventKind, State
from dossiers.workflow import STATES, StateFacts, Turn
from portal.accounts.access import can, can_somewhere
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.reads_writes import reads
from portal.lib.text import fold
from procedures.form_engine import read_back
from procedures.form_schema import load

PER_PAGE = 50
# What one click does; the others lead to a page of their own that asks for words.
AT_ONCE = ("accept", "take", "meet_obligation", "pass_check", "sign", "issue", "return_result")


@login_required
@reads
def inbox(request: HttpRequest) -> HttpResponse:
    """The inbox of the signed-in officer."""
    user = officer(request)
    tabs = tabs_for(user)
    dossiers = Dossier.objects.visible_to(user)
    numbers = counts(dossiers, user, tabs)
    chosen = _chosen(request.GET.get("tab") or first_tab(tabs, numbers), tabs)
    found = _search(dossiers.filter(chosen.mine(user)), request.GET.get("q", ""))
    if chosen.code != "all":
        found = found.filter(closed_at=None)
    page = Paginator(_ordered(found, chosen), PER_PAGE).get_page(request.GET.get("page"))
    for dossier in page.object_list:
        dossier.sign = _sign(dossier)  # type: ignore[attr-defined]
    context = {
        "tabs": [(tab, numbers.get(tab.code)) for tab in tabs],
        "chosen": chosen,
        "page": page,
        "q": request.GET.get("q", ""),
        "now": clock.now(),
        "names": can_somewhere(user, Permission.SEE_PERSONAL_DATA),
    }
    template = "dossiers/desk/_list.html" if request.htmx else "dossiers/desk/inbox.html"  # type: ignore[attr-defined]
    return render(request, template, context)


def officer(request: HttpRequest) -> User:
    """The signed-in officer. Raises PermissionDenied for citizens."""
    if not isinstance(request.user, User) or not request.user.is_officer:
        raise PermissionDenied("officers only")
    return request.user


def _chosen(code: str, tabs: list[Tab]) -> Tab:
    if not tabs:
        raise PermissionDenied("no inbox")
    return next((tab for tab in tabs if tab.code == code), tabs[0])


def _search(dossiers: DossierQuerySet, q: str) -> DossierQuerySet:
    q = q.replace("\x00", "").strip()[:100]
    if not q:
        return dossiers
    words = Q(code__icontains=q) | Q(owner_name__icontains=q) | Q(procedure__search_text__contains=fold(q))
    return dossiers.filter(words | Q(parties__id_number=q)).distinct()


def _ordered(dossiers: DossierQuerySet, tab: Tab) -> DossierQuerySet:
    order = {"intake": ["accept_by"], "all": ["-filed_at"], "return": ["finished_at"]}
    return dossiers.select_related("procedure", "assignee", "receiving_unit").order_by(
        *order.get(tab.code, ["due_at", "filed_at"]), "pk"
    )


def _facts(dossier: Dossier) -> StateFacts:
    return STATES[State(dossier.state)]


def _sign(dossier: Dossier) -> str:
    """How pressing a dossier is: late, soon (within a working day's hours), or nothing."""
    waits = dossier.clock_paused or _facts(dossier).turn is Turn.CITIZEN
    if dossier.closed_at or dossier.finished_at or waits:
        return ""
    until = dossier.due_at or dossier.accept_by
    left = (until - clock.now()).total_seconds()
    return "late" if left < 0 else "soon" if left < 8 * 3600 else ""


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
    assigns = "assign" in moves or "hand_over" in moves
    return {
        "dossier": dossier,
        "facts": _facts(dossier),
        "moves": moves,
        "at_once": [moves[name] for name in AT_ONCE if name in moves],
        "assign_form": AssignForm(dossier, initial={"to": dossier.assignee_id}) if assigns else None,
        "may_read": may_read,
        "sections": _answers(dossier) if may_read else [],
        "parties": list(dossier.parties.order_by("-role")) if may_read else [],
        "attachments": list(
            dossier.attachments.filter(removed_at=None).select_related("document", "from_document")
        ),
        "documents": list(dossier.documents.all()),
        "events": list(dossier.events.select_related("actor", "unit").order_by("-seq")),
        "requests": list(dossier.supplements.prefetch_related("items__document", "items__attachments")),
        "result": getattr(dossier, "result", None),
        "process": shown(dossier, names=may_read),
        "questions": open_questions(dossier),
        "due": explain(dossier) if dossier.accepted_at and rule_for(dossier) else None,
        "sign": _sign(dossier),
        **_talk(dossier, user),
        "extended": dossier.events.filter(kind=EventKind.EXTENDED).exists(),
        "now": clock.now(),
    }


def _talk(dossier: Dossier, user: User) -> dict[str, Any]:
    """Messages and the second supplement request, for those who work on the dossier."""
    overdue = dossier.supplements.filter(answered_at=None, closed_at=None, overdue_at__isnull=False)
    return {
        "may_write": may_write_to_citizen(user, dossier),
        "unread": unread_for_office(dossier),
        "may_ask_again": may_ask_again(user, dossier),
        "revocation": revocation_of(dossier),
        "may_revoke": dossier.finished_at is not None
        and can(user, Permission.SIGN, dossier.competent_unit_id),
        "overdue_ask": overdue.first(),
    }


def _answers(dossier: Dossier) -> list[Any]:
    schema, form = load(dossier.version), dossier.forms.first()
    if not schema or not form:
        return []
    sources = dossier.sources.select_related("from_dossier", "from_document")
    return read_back(schema, form.answers, sources=spoken(sources, form.answers))
