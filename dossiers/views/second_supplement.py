"""The head of a unit decides whether a second supplement request goes to the person."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dossiers.access import get_dossier
from dossiers.actions.intake import may_ask_again
from dossiers.actions.supplements import decide_supplement
from dossiers.models import Approval, Dossier, SupplementRequest
from dossiers.views.decisions import moved_on
from dossiers.views.desk import officer
from dossiers.workflow import ActionError, WrongState
from portal.lib.reads_writes import writes


class DecideAgainForm(forms.Form):
    """Approve or decline, the latter with a reason."""

    approve = forms.TypedChoiceField(
        label=gettext_lazy("Quyết định"),
        choices=[
            ("yes", gettext_lazy("Duyệt: gửi yêu cầu cho người nộp, tính là lỗi của đơn vị")),
            ("no", gettext_lazy("Không duyệt: tiếp tục giải quyết với hồ sơ hiện có")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Cần chọn duyệt hoặc không duyệt.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Lý do không duyệt"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@login_required
@writes
def decide_again(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is proposed, and take the decision."""
    user = officer(request)
    dossier = get_dossier(user, code)
    if not may_ask_again(user, dossier):
        raise PermissionDenied("the head decides")
    proposed = proposal_of(dossier)
    if proposed is None:
        messages.info(request, _("Hồ sơ không có đề nghị bổ sung nào chờ duyệt."))
        return redirect("dossiers:desk", code=code)
    form = DecideAgainForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            decide_supplement(
                code=code, by=user, approve=form.cleaned_data["approve"], note=form.cleaned_data["note"]
            )
        except ActionError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        except WrongState as late:
            messages.warning(request, moved_on(late))
            return redirect("dossiers:desk", code=code)
        else:
            messages.success(request, _("Đã ghi quyết định về yêu cầu bổ sung."))
            return redirect("dossiers:desk", code=code)
    context = {"dossier": dossier, "asked": proposed, "form": form}
    return render(
        request, "dossiers/decisions/second_supplement.html", context, status=422 if form.errors else 200
    )


def proposal_of(dossier: Dossier) -> SupplementRequest | None:
    """The second request waiting for the head, if there is one."""
    waiting = dossier.supplements.filter(approval=Approval.PROPOSED, closed_at=None)
    return waiting.select_related("asked_by").prefetch_related("items__document").first()
