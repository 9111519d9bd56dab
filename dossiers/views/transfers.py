"""Dossiers sent between units: what is to be done, one transfer with its steps, sending a dossier on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dossiers import transfers_shown as showing
from dossiers.access import get_dossier, get_transfer
from dossiers.actions import transfers as actions
from dossiers.forms_transfers import RefuseTransferForm, SendForm
from dossiers.models import Dossier, Transfer
from dossiers.places import suggested
from dossiers.transfers import RULES, WrongStep
from dossiers.views.decisions import moved_on
from dossiers.views.desk import officer
from dossiers.workflow import BY_NAME, ActionError, WrongState
from portal.accounts.access import can, can_somewhere
from portal.accounts.former import named
from portal.accounts.models import Unit, User
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.reads_writes import reads, writes
from portal.templatetags.portal import moment_text

PER_PAGE = 50
TABS = {
    "viec": (gettext_lazy("Việc của tôi"), gettext_lazy("Không có hồ sơ chuyển nào chờ đơn vị bạn xử lý.")),
    "den": (gettext_lazy("Chuyển đến"), gettext_lazy("Không có hồ sơ nào được chuyển đến.")),
    "di": (gettext_lazy("Chuyển đi"), gettext_lazy("Không có hồ sơ nào đang chuyển đi.")),
    "tre": (gettext_lazy("Quá hạn chặng"), gettext_lazy("Không có chặng nào quá hạn.")),
    "xong": (gettext_lazy("Đã kết thúc"), gettext_lazy("Chưa có việc chuyển nào kết thúc.")),
}
# The steps of one click; refusing and sending again ask for words, results on paper leave by a list.
CLICKS: dict[str, Callable[..., Transfer]] = {
    "accept": actions.accept,
    "keep": actions.keep,
    "return_file": actions.return_file,
    "collect_here": lambda **values: actions.move_collection(there=True, **values),
    "collect_there": lambda **values: actions.move_collection(there=False, **values),
}


@login_required
@reads
def transfers(request: HttpRequest) -> HttpResponse:
    """Transfers of the officer's units, with missing papers and late lists on top."""
    user = officer(request)
    if not can_somewhere(user, Permission.SEE_DOSSIERS):
        raise PermissionDenied(Permission.SEE_DOSSIERS.value)
    lists = showing.tabs(user)
    chosen = request.GET.get("phan", "")
    chosen = chosen if chosen in TABS else "viec"
    page = Paginator(lists[chosen], PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": [
            (code, label, lists[code].count() if code != "xong" else None)
            for code, (label, _empty) in TABS.items()
        ],
        "chosen": chosen,
        "label": TABS[chosen][0],
        "empty": TABS[chosen][1],
        "page": page,
        "rows": showing.rows(page.object_list),
        "missing": showing.missing(user),
        "overdue": showing.overdue_lists(user),
    }
    return render(request, "dossiers/transfers/list.html", context)


@login_required
@writes
def transfer(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """One transfer: where it is, until when, its history, and the steps open to the reader."""
    user = officer(request)
    found = get_transfer(user, transfer_id)
    name = request.POST.get("step", "")
    refusing = RefuseTransferForm(request.POST if name == "refuse" else None)
    again = SendForm(
        found.dossier, request.POST if name == "send_again" else None, initial=_initial(found.dossier)
    )
    if request.method != "POST":
        return _page(request, user, found, refusing, again, 200)
    try:
        done = _done(name, found, user, refusing, again)
    except WrongStep as late:
        messages.warning(request, _moved(found, late))
        return _page(request, user, get_transfer(user, transfer_id), RefuseTransferForm(), again, 409)
    except WrongState as late:
        messages.warning(request, moved_on(late))
        return _page(request, user, get_transfer(user, transfer_id), RefuseTransferForm(), again, 409)
    except ActionError as refused:
        form = {"refuse": refusing, "send_again": again}.get(name)
        if form is not None:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        else:
            messages.error(request, str(refused.message))
        return _page(request, user, found, refusing, again, 422)
    if done is None:
        return _page(request, user, found, refusing, again, 422)
    messages.success(request, _("Đã ghi nhận."))
    return redirect("dossiers:transfer", transfer_id=done.pk)


def _done(
    name: str, found: Transfer, user: User, refusing: RefuseTransferForm, again: SendForm
) -> Transfer | None:
    """Carry the posted step out; None when its form has something to mend. Raises Http404 for an unknown one."""
    if name in CLICKS:
        return CLICKS[name](transfer_id=found.pk, by=user)
    if name == "refuse":
        if not refusing.is_valid():
            return None
        return actions.refuse(transfer_id=found.pk, by=user, reason=refusing.cleaned_data["reason"])
    if name == "send_again":
        if not again.is_valid():
            return None
        return actions.send_again(transfer_id=found.pk, by=user, to=again.destination())
    raise Http404(_("Không có thao tác này."))


def _moved(found: Transfer, late: WrongStep) -> str:
    """What happened meanwhile, by whom and when."""
    last = showing.history(found)[-1]
    return _(
        "Việc chuyển đã sang “%(state)s” lúc %(when)s do %(who)s thực hiện; trang hiện trạng thái mới."
    ) % {
        "state": late.state.label,
        "when": moment_text(last.at),
        "who": last.actor.full_name if last.actor else _("hệ thống"),
    }


def _page(
    request: HttpRequest,
    user: User,
    found: Transfer,
    refusing: RefuseTransferForm,
    again: SendForm,
    status: int,
) -> HttpResponse:
    row = showing.rows([found], user)[0]
    named_ = showing.names_people(user, found)
    context = {
        "row": row,
        "transfer": found,
        "dossier": found.dossier,
        "steps": {step.name: step for step in row.steps},
        "clicks": [step for step in row.steps if step.name in CLICKS],
        "refusing": refusing,
        "again": again,
        "history": showing.history(found),
        "lines": list(found.lines.select_related("dispatch")),
        "others": list(found.dossier.transfers.exclude(pk=found.pk).select_related("receiver")),
        "names": named_,
        "opens": named_ or can_somewhere(user, Permission.RUN_SYSTEM),
        "rules": RULES,
    }
    return render(request, "dossiers/transfers/transfer.html", context, status=status)


def _initial(dossier: Dossier) -> dict[str, Any]:
    """The unit the person's address speaks for."""
    found = suggested(dossier)
    unit = Unit.objects.filter(code=found.code).first() if found else None
    return {"unit": unit.pk} if unit and unit.pk != dossier.receiving_unit_id else {}


@login_required
@writes
def send(request: HttpRequest, code: str) -> HttpResponse:
    """Send a dossier one has received to the competent unit, found by old or new address."""
    user = officer(request)
    dossier = get_dossier(user, code)
    if not can(user, Permission.RECEIVE, dossier.receiving_unit_id):
        raise PermissionDenied(Permission.RECEIVE.value)
    asked = request.GET.get("dia-chi", "")[:200]
    found = named(asked, on=clock.today()) if asked.strip() else suggested(dossier)
    unit = Unit.objects.filter(code=found.code).first() if found and found.code else None
    initial = {"unit": unit.pk} if unit else {}
    form = SendForm(dossier, request.POST if request.method == "POST" else None, initial=initial)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            sent = actions.send(code=code, by=user, to=form.destination())
        except WrongState as late:
            messages.warning(request, moved_on(late))
            status = 409
        except ActionError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        else:
            messages.success(request, _("Đã chuyển hồ sơ tới %(unit)s.") % {"unit": sent.receiver})
            return redirect("dossiers:transfer", transfer_id=sent.pk)
    context = {
        "dossier": dossier,
        "form": form,
        "asked": asked,
        "found": found,
        "unit": unit,
        "open": dossier.state in BY_NAME["hand_over"].sources,
        "rules": RULES,
    }
    return render(request, "dossiers/transfers/send.html", context, status=status)
