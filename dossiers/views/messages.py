"""Messages inside a dossier, on the person's side and at the desk."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.access import get_dossier, get_own_dossier
from dossiers.actions.messages import mark_read, send_message, side_of
from dossiers.forms_citizen import MessageForm
from dossiers.models import Dossier, Side
from dossiers.policies import may_write_to_citizen, unread_for_citizen, unread_for_office
from dossiers.views.desk import officer
from dossiers.views.drafting import person
from dossiers.workflow import ActionError
from portal.lib.reads_writes import writes

if TYPE_CHECKING:
    from portal.accounts.models import User


@login_required
@writes
def own_messages(request: HttpRequest, code: str) -> HttpResponse:
    """What the person and the office wrote to each other, and a new message."""
    user = person(request)
    return _page(request, get_own_dossier(user, code), user, "dossiers/messages/own.html")


@login_required
@writes
def desk_messages(request: HttpRequest, code: str) -> HttpResponse:
    """The same at the desk, for officers with work on the dossier."""
    user = officer(request)
    dossier = get_dossier(user, code)
    if not may_write_to_citizen(user, dossier):
        raise PermissionDenied("no work on this dossier")
    return _page(request, dossier, user, "dossiers/messages/desk.html")


def _page(request: HttpRequest, dossier: Dossier, user: User, template: str) -> HttpResponse:
    if request.POST.get("read"):
        mark_read(code=dossier.code, by=user)
        if getattr(request, "htmx", False):
            return HttpResponse(status=204)
        return redirect(request.path)
    form = MessageForm(request.POST or None, request.FILES or None, initial={"client_key": uuid.uuid4()})
    if form.is_bound and form.is_valid() and _sent(request, dossier, user, form):
        return redirect(request.path)
    context = {**_thread(dossier, user), "dossier": dossier, "form": form}
    return render(request, template, context, status=422 if form.is_bound else 200)


def _sent(request: HttpRequest, dossier: Dossier, user: User, form: MessageForm) -> bool:
    data = form.cleaned_data
    try:
        send_message(
            code=dossier.code,
            by=user,
            text=data["text"],
            client_key=data["client_key"],
            uploads=request.FILES.getlist("attachments"),
        )
    except ActionError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
        return False
    except ValidationError as error:
        form.add_error("attachments", error.messages)
        return False
    messages.success(request, _("Đã gửi tin nhắn."))
    return True


def _thread(dossier: Dossier, user: User) -> dict[str, Any]:
    """The messages in order, the unread ones of this side marked."""
    side = side_of(user, dossier)
    found = list(dossier.messages.select_related("author").prefetch_related("attachments"))
    unread = unread_for_citizen(dossier) if side == Side.CITIZEN else unread_for_office(dossier)
    theirs = [message for message in found if message.side != side]
    new = {message.pk for message in theirs[len(theirs) - unread :]} if unread else set()
    rows = [(message, message.side == side, message.pk in new) for message in found]
    return {"rows": rows, "unread": unread, "by_name": side == Side.OFFICE}
