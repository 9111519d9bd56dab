"""Decisions about a dossier: one-click moves, and those that ask for words on a page of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dossiers.access import get_dossier, moves_for
from dossiers.actions import intake, processing
from dossiers.forms_desk import (
    AssignForm,
    ExtensionForm,
    ObligationForm,
    ReasonForm,
    RefusalForm,
    ResultForm,
    SupplementForm,
)
from dossiers.models import Dossier
from dossiers.policies import ending_money
from dossiers.views.desk import context_of, officer
from dossiers.workflow import BY_NAME, ActionError, WrongState
from portal.accounts.models import User
from portal.lib.reads_writes import writes
from portal.templatetags.portal import moment_text

Act = Callable[..., Any]

AT_ONCE: dict[str, Act] = {
    "accept": intake.accept,
    "take": processing.take,
    "meet_obligation": processing.meet_obligation,
    "pass_check": processing.pass_check,
    "sign": processing.sign,
    "issue": processing.issue,
    "return_result": processing.return_result,
}


@login_required
@require_POST
@writes
def act(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Make a one-click move. Late or doubled, it shows the dossier as it is now."""
    user = officer(request)
    if name not in AT_ONCE:
        raise Http404(_("Không có thao tác này."))
    return _run(request, code, user, lambda: AT_ONCE[name](code=code, by=user), BY_NAME[name].label)


@login_required
@require_POST
@writes
def assign(request: HttpRequest, code: str) -> HttpResponse:
    """Give the dossier to a specialist."""
    user = officer(request)
    form = AssignForm(get_dossier(user, code), request.POST)
    if not form.is_valid():
        messages.error(request, _("Xin chọn một chuyên viên của đơn vị."))
        return _shown(request, code, user, 422)
    to = form.cleaned_data["to"]
    return _run(
        request, code, user, lambda: processing.assign(code=code, by=user, to=to), _("Phân công thụ lý")
    )


@login_required
@require_POST
@writes
def control_sheet(request: HttpRequest, code: str) -> HttpResponse:
    """Issue the process-control sheet (form 06) from the events up to now."""
    user = officer(request)
    return _run(
        request,
        code,
        user,
        lambda: processing.control_sheet(code=code, by=user),
        _("Lập phiếu kiểm soát"),
    )


def _run(request: HttpRequest, code: str, user: User, action: Callable[[], Any], done: Any) -> HttpResponse:
    """Run an action; every refusal is told on the dossier's page as it is now."""
    try:
        action()
    except WrongState as late:
        messages.warning(request, moved_on(late))
        return _shown(request, code, user, 409)
    except ActionError as refused:
        messages.error(request, str(refused.message))
        return _shown(request, code, user, 422)
    messages.success(request, _("Đã thực hiện: %(what)s.") % {"what": done})
    if request.htmx:  # type: ignore[attr-defined]
        return _shown(request, code, user, 200)
    return redirect("dossiers:desk", code=code)


def moved_on(late: WrongState) -> str:
    """What to tell somebody who came too late."""
    return _(
        "Hồ sơ đã chuyển sang “%(state)s”, nên không thể “%(move)s” nữa. Dưới đây là hồ sơ hiện tại."
    ) % {
        "state": late.state.label,
        "move": late.transition.label,
    }


def _shown(request: HttpRequest, code: str, user: User, status: int) -> HttpResponse:
    template = "dossiers/desk/_dossier.html" if request.htmx else "dossiers/desk/dossier.html"  # type: ignore[attr-defined]
    return render(request, template, context_of(get_dossier(user, code), user), status=status)


class Page:
    """A decision with words: its moves, its form, its action, and how the page is worded."""

    def __init__(self, moves: tuple[str, ...], make: Act, save: Act, template: str = "form") -> None:
        self.moves, self.make, self.save, self.template = moves, make, save, template


def _plain(form: type[forms.Form]) -> Act:
    return lambda _dossier, data: form(data)


def _stopping(dossier: Dossier, data: Any) -> forms.Form:
    """The stop notice, proposed in words when the person let the time to answer pass."""
    missed = dossier.supplements.filter(answered_at=None, closed_at=None, overdue_at__isnull=False).first()
    said = _("Người nộp không bổ sung hồ sơ trong thời hạn đã thông báo (đến %(when)s).")
    reason = said % {"when": moment_text(missed.answer_by)} if missed else ""
    return RefusalForm(data, initial={"reason": reason})


def _with_dossier(form: Any) -> Act:
    return lambda dossier, data: form(dossier, data)


def _save_refusal(form: forms.Form, code: str, user: User) -> Any:
    return intake.refuse(code=code, by=user, **form.cleaned_data)


def _save_supplement(form: SupplementForm, code: str, user: User) -> Any:
    data = form.cleaned_data
    return intake.request_supplement(
        code=code,
        by=user,
        reason=data["reason"],
        items=form.items(),
        legal_basis=data["legal_basis"],
        days=data["days"],
    )


def _save_result(form: ResultForm, code: str, user: User) -> Any:
    data = form.cleaned_data
    return processing.submit(
        code=code,
        by=user,
        kind=data["kind"],
        granted=data["granted"],
        content=form.content(),
        note=data["note"],
    )


def _save_send_back(form: forms.Form, code: str, user: User) -> Any:
    return processing.send_back(code=code, by=user, reason=form.cleaned_data["reason"])


def _save_obligation(form: forms.Form, code: str, user: User) -> Any:
    return processing.set_obligation(code=code, by=user, reason=form.cleaned_data["reason"])


def _save_stop(form: forms.Form, code: str, user: User) -> Any:
    return intake.stop(code=code, by=user, **form.cleaned_data)


def _save_withdrawal(form: forms.Form, code: str, user: User) -> Any:
    return intake.withdraw(code=code, by=user, reason=form.cleaned_data["reason"], at_counter=True)


def _save_extension(form: ExtensionForm, code: str, user: User) -> Any:
    return processing.extend(code=code, by=user, reason=form.cleaned_data["reason"], until=form.until())


PAGES: dict[str, Page] = {
    "refuse": Page(("refuse",), _stopping, _save_refusal),
    "supplement": Page(
        ("request_supplement_at_intake", "request_supplement"),
        _with_dossier(SupplementForm),
        _save_supplement,
        "supplement",
    ),
    "result": Page(("submit", "submit_for_check"), _with_dossier(ResultForm), _save_result, "result"),
    "obligation": Page(("set_obligation",), _plain(ObligationForm), _save_obligation),
    "send-back": Page(("send_back", "send_back_from_check"), _plain(ReasonForm), _save_send_back),
    "stop": Page(("stop",), _stopping, _save_stop),
    "withdraw": Page(("withdraw_at_counter",), _plain(ReasonForm), _save_withdrawal),
    "extend": Page(("extend",), _with_dossier(ExtensionForm), _save_extension),
}


@login_required
@writes
def decide(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """A decision that asks for words: the page with its form, then the action."""
    user = officer(request)
    if name not in PAGES:
        raise Http404(_("Không có thao tác này."))
    dossier, page = get_dossier(user, code), PAGES[name]
    allowed = {move.name for move in moves_for(user, dossier)}
    move = BY_NAME[next((each for each in page.moves if each in allowed), page.moves[0])]
    if move.name not in allowed:
        return _too_late_or_forbidden(request, dossier, user, page)
    form = page.make(dossier, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        answer = _saved(request, dossier, user, page, form, move.name)
        if answer is not None:
            return answer
    context = {"dossier": dossier, "form": form, "move": move, "name": name, **_extras(dossier, name, form)}
    status = 422 if form.is_bound else 200
    return render(request, f"dossiers/decisions/{page.template}.html", context, status=status)


def _too_late_or_forbidden(request: HttpRequest, dossier: Dossier, user: User, page: Page) -> HttpResponse:
    """403 for somebody without the right; the dossier as it is now for somebody too late."""
    from dossiers.access import can_move

    moves = [BY_NAME[name] for name in page.moves if can_move(user, BY_NAME[name], dossier)]
    if not moves:
        raise PermissionDenied(page.moves[0])
    messages.warning(request, moved_on(WrongState(moves[0], dossier.state)))
    return render(request, "dossiers/desk/dossier.html", context_of(dossier, user), status=409)


def _saved(
    request: HttpRequest, dossier: Dossier, user: User, page: Page, form: Any, move: str
) -> HttpResponse | None:
    """The answer after a saved decision; None when the action named a field to mend."""
    try:
        page.save(form, dossier.code, user)
    except WrongState as late:
        messages.warning(request, moved_on(late))
        fresh = get_dossier(user, dossier.code)
        return render(request, "dossiers/desk/dossier.html", context_of(fresh, user), status=409)
    except ActionError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return None
    messages.success(request, _("Đã thực hiện: %(what)s.") % {"what": BY_NAME[move].label})
    return redirect("dossiers:desk", code=dossier.code)


ENDINGS = {"refuse", "stop", "withdraw"}


def _extras(dossier: Dossier, name: str, form: Any) -> dict[str, Any]:
    if name in ENDINGS:
        return {"ending_money": ending_money(dossier)}
    if name != "result":
        return {}
    from dossiers.documents.results import preview

    return {"kinds": [(kind, preview(kind, dossier), form.slots(kind)) for kind in form.kinds]}
