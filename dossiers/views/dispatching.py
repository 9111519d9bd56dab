"""Paper between two units: what waits to leave, making a list, receiving it line by line, printing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.access import dispatches_for, get_dispatch, transfers_for
from dossiers.actions import dispatching as actions
from dossiers.forms_transfers import LoadForm, MissingForm, loads_of
from dossiers.models import Cargo, LineState
from dossiers.transfers import WrongStep
from dossiers.views.desk import officer
from dossiers.views.documents import file_response
from dossiers.workflow import ActionError
from portal.accounts.access import can, can_somewhere, units_with
from portal.accounts.models import Unit, User
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.reads_writes import reads, writes

if TYPE_CHECKING:
    from dossiers.models import DispatchList, Transfer

PER_PAGE = 50
MOST_WAITING = 500  # transfers looked at for paper that waits to leave


@dataclass(frozen=True)
class Road:
    """Paper waiting to leave one unit for another."""

    sender: Unit
    receiver: Unit
    waiting: list[tuple[Transfer, Cargo]]


def _roads(user: User) -> list[Road]:
    """What waits to leave the counters where `user` receives, by road."""
    units = units_with(user, Permission.RECEIVE).values("pk")
    papers = Q(sender__in=units, on_paper=True, ended_at=None)
    back = Q(receiver__in=units, answered_at__isnull=False)
    found = transfers_for(user).filter(papers | back).prefetch_related("lines").order_by("sent_at")
    roads: dict[tuple[int, int], Road] = {}
    own = set(units_with(user, Permission.RECEIVE).values_list("pk", flat=True))
    for transfer in found[:MOST_WAITING]:
        for cargo in actions.cargoes(transfer):
            ends = (transfer.sender, transfer.receiver)
            sender, receiver = ends if cargo is Cargo.PAPERS else ends[::-1]
            if sender.pk in own:
                road = roads.setdefault((sender.pk, receiver.pk), Road(sender, receiver, []))
                road.waiting.append((transfer, cargo))
    return list(roads.values())


def _receiver(request: HttpRequest) -> User:
    user = officer(request)
    if not can_somewhere(user, Permission.RECEIVE):
        raise PermissionDenied(Permission.RECEIVE.value)
    return user


@login_required
@reads
def dispatches(request: HttpRequest) -> HttpResponse:
    """Lists of paper from and to the officer's units, and what waits to leave."""
    user = _receiver(request)
    lists = dispatches_for(user).annotate(
        total=Count("lines"),
        arrived=Count("lines", filter=Q(lines__state=LineState.RECEIVED)),
        missing=Count("lines", filter=Q(lines__state=LineState.MISSING)),
    )
    page = Paginator(lists.order_by("-sent_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "roads": _roads(user), "now": clock.now()}
    return render(request, "dossiers/transfers/dispatches.html", context)


@login_required
@writes
def pack(request: HttpRequest, sender: str, receiver: str) -> HttpResponse:
    """Choose what leaves now from one unit for another, count the sheets, make the list."""
    user = _receiver(request)
    found = (road for road in _roads(user) if (road.sender.code, road.receiver.code) == (sender, receiver))
    road = next(found, None)
    if road is None:
        raise Http404(_("Không có giấy tờ nào chờ giao giữa hai đơn vị này."))
    data = request.POST if request.method == "POST" else None
    forms = [LoadForm(transfer, cargo, data) for transfer, cargo in road.waiting]
    checked = [form.is_valid() for form in forms]  # every one, so that every fault shows at once
    fault = ""
    if data is not None and all(checked):
        try:
            made = actions.send_list(
                by=user, sender=road.sender, receiver=road.receiver, loads=loads_of(forms)
            )
        except ActionError as refused:
            fault = str(refused.message)
        except WrongStep:
            fault = _("Có hồ sơ vừa thay đổi; xin tải lại trang.")
        else:
            messages.success(request, _("Đã lập danh sách số %(number)s.") % {"number": made.number})
            return redirect("dossiers:dispatch", dispatch_id=made.pk)
    context = {"road": road, "forms": forms, "fault": fault}
    return render(request, "dossiers/transfers/pack.html", context, status=422 if data is not None else 200)


@login_required
@writes
def dispatch(request: HttpRequest, dispatch_id: int) -> HttpResponse:
    """One list: its lines, received or reported missing one by one by the unit it goes to."""
    user = officer(request)
    found = get_dispatch(user, dispatch_id)
    data = request.POST if request.method == "POST" else None
    if data is None:
        return _dispatch_page(request, user, found, MissingForm(), "", 200)
    number = data.get("order", "")
    order = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 0
    form = MissingForm(data if data.get("do") == "missing" else None)
    try:
        if data.get("do") == "received":
            actions.receive_line(dispatch_id=dispatch_id, order=order, by=user)
        elif not form.is_valid():
            return _dispatch_page(request, user, found, form, number, 422)
        else:
            note = form.cleaned_data["note"]
            actions.report_missing(dispatch_id=dispatch_id, order=order, by=user, note=note)
    except ActionError as refused:
        messages.error(request, str(refused.message))
        return _dispatch_page(request, user, get_dispatch(user, dispatch_id), MissingForm(), "", 422)
    messages.success(request, _("Đã ghi nhận."))
    return redirect("dossiers:dispatch", dispatch_id=dispatch_id)


def _dispatch_page(
    request: HttpRequest, user: User, found: DispatchList, form: MissingForm, order: str, status: int
) -> HttpResponse:
    context = {
        "dispatch": found,
        "lines": list(found.lines.select_related("transfer__dossier__procedure", "settled_by")),
        "receives": can(user, Permission.RECEIVE, found.receiver_id),
        "form": form,
        "order": order,
        "now": clock.now(),
    }
    return render(request, "dossiers/transfers/dispatch.html", context, status=status)


@login_required
@reads
def dispatch_paper(request: HttpRequest, dispatch_id: int) -> HttpResponseBase:
    """The printable list; while its bytes are being made, the list's own page says so."""
    found = get_dispatch(officer(request), dispatch_id)
    if not found.paper.sha256:
        return redirect("dossiers:dispatch", dispatch_id=dispatch_id)
    return file_response(found.paper.sha256, f"{found.paper.title} {found.number}.pdf", "application/pdf")
