"""After filing: one's own dossiers, each with what happens and what is to do, and the look-up for everybody."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers import linked, tracking
from dossiers.access import get_by_slip, get_own_dossier, moves_for
from dossiers.actions import intake
from dossiers.forms_citizen import TrackForm, WithdrawForm
from dossiers.models import Dossier
from dossiers.next_steps import leg_of, next_step
from dossiers.notices import of_dossier, unread_of
from dossiers.policies import ending_money, revocation_of, unread_for_citizen
from dossiers.ratings import open_for_rating
from dossiers.states import EventKind
from dossiers.views.drafting import person
from dossiers.workflow import ActionError, WrongState
from portal.accounts.landing import landing_page
from portal.lib.reads_writes import public, reads, writes
from procedures.form_engine import read_back
from procedures.form_schema import load


@login_required
@reads
def mine(request: HttpRequest) -> HttpResponse:
    """One's dossiers: what waits for the person first, then drafts, then the rest. An officer's own is his desk."""
    user = person(request)
    if user.is_officer:
        return redirect(landing_page(user))
    page = Paginator(tracking.others(user), tracking.PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "unread": unread_of(user),
        "waiting": tracking.shown(tracking.my_turn(user)[:50]),
        "linked": linked.of_person(user),
        "drafts": user.drafts.filter(dossier=None, linked_part=None).select_related("version__procedure")[
            :20
        ],
        "page": page,
        "others": tracking.shown(page.object_list),
    }
    return render(request, "dossiers/tracking/mine.html", context)


@login_required
@reads
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about one's own dossier."""
    dossier = get_own_dossier(request.user, code)
    moves = {move.name for move in moves_for(request.user, dossier)}
    due = tracking.due_of(dossier)
    context = {
        **_common(dossier),
        "moments": tracking.timeline(dossier),
        "due": due,
        "ask": tracking.open_request(dossier),
        "to_pay": tracking.owes(dossier),
        "can_withdraw": "withdraw" in moves,
        "can_answer": "answer_supplement" in moves,
        "documents": tracking.documents_for(dossier),
        "attachments": dossier.attachments.filter(removed_at=None).select_related("document"),
        "answers": _answers(dossier),
        "notices": of_dossier(dossier),
        "unread": unread_for_citizen(dossier),
        "revocation": revocation_of(dossier),
        "can_rate": open_for_rating(dossier),
        "received": dossier.events.filter(kind=EventKind.RESULT_RECEIVED).first(),
        "part": getattr(dossier, "linked_part", None),
        "result": getattr(dossier, "result", None) if dossier.finished_at else None,
    }
    return render(request, "dossiers/tracking/detail.html", context)


def _common(dossier: Dossier) -> dict[str, Any]:
    return {
        "dossier": dossier,
        "facts": tracking.facts_of(dossier),
        "next_step": next_step(dossier),
        "leg": leg_of(dossier),
    }


def _answers(dossier: Dossier) -> list[Any]:
    schema, form = load(dossier.version), dossier.forms.first()
    return read_back(schema, form.answers, today=dossier.filed_at.date()) if schema and form else []


@login_required
@reads
def filed(request: HttpRequest, code: str) -> HttpResponse:
    """It is filed: the code, and what comes next."""
    dossier = get_own_dossier(request.user, code)
    return render(request, "dossiers/tracking/filed.html", _common(dossier))


@login_required
@writes
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Take the dossier back, with a reason, on a page of its own."""
    dossier = get_own_dossier(request.user, code)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            intake.withdraw(code=code, by=person(request), reason=form.cleaned_data["reason"])
        except WrongState:
            messages.warning(request, _("Hồ sơ đã sang bước khác nên không rút được nữa."))
            return redirect("dossiers:detail", code=code)
        except ActionError as error:
            form.add_error("reason", str(error.message))
        else:
            messages.success(request, _("Đã rút hồ sơ."))
            return redirect("dossiers:detail", code=code)
    if "withdraw" not in {move.name for move in moves_for(request.user, dossier)}:
        messages.warning(request, _("Hồ sơ đã sang bước khác nên không rút được nữa."))
        return redirect("dossiers:detail", code=code)
    context = {**_common(dossier), "form": form, "ending_money": ending_money(dossier)}
    return render(request, "dossiers/tracking/withdraw.html", context, status=422 if form.errors else 200)


@public
@writes
def track(request: HttpRequest) -> HttpResponse:
    """Look up a dossier by its code and four digits only its people know; shows no names."""
    if request.method != "POST":
        form = TrackForm(initial={"code": request.GET.get("ma", "")[:60]})
        return render(request, "dossiers/tracking/track.html", {"form": form, "dossier": None})
    form = TrackForm(request.POST)
    if not form.is_valid():
        return render(request, "dossiers/tracking/track.html", {"form": form, "dossier": None}, status=422)
    address = get_adapter(request).get_client_ip(request)
    try:
        dossier = tracking.look_up(address=address, **form.cleaned_data)
    except tracking.TooManyTries:
        form.add_error(None, _("Bạn đã thử sai nhiều lần. Xin chờ 10 phút rồi thử lại."))
        return render(request, "dossiers/tracking/track.html", {"form": form, "dossier": None}, status=429)
    if dossier is None:
        form.add_error(
            None, _("Không có hồ sơ nào khớp với mã và 4 số cuối này. Hãy xem lại mã trên giấy tiếp nhận.")
        )
        return render(request, "dossiers/tracking/track.html", {"form": form, "dossier": None}, status=422)
    return _tracked(request, dossier, form)


@public
@reads
def track_by_slip(request: HttpRequest, token: str) -> HttpResponse:
    """The same for whoever holds the slip: its QR code carries a secret nobody can guess."""
    dossier = get_by_slip(token)
    if dossier is None:
        raise Http404(_("Không có hồ sơ nào ứng với mã này."))
    response = _tracked(request, dossier, TrackForm())
    response["X-Robots-Tag"] = "noindex"
    return response


def _tracked(request: HttpRequest, dossier: Dossier, form: TrackForm) -> HttpResponse:
    context = {
        **_common(dossier),
        "form": form,
        "moments": tracking.timeline(dossier, reasons=False),
        "due": tracking.due_of(dossier),
    }
    return render(request, "dossiers/tracking/track.html", context)
