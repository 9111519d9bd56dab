"""Linked services: choose the parts, complete each, file all at once, follow each; hand-overs at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dossiers import linked as showing
from dossiers.access import get_linked, get_linked_part, linked_parts_for
from dossiers.actions import linked as actions
from dossiers.forms_citizen import DeclarationForm
from dossiers.models import PartState
from dossiers.views.desk import officer
from dossiers.views.drafting import for_citizens, person
from dossiers.workflow import ActionError
from portal.accounts.access import can, can_somewhere
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.reads_writes import reads, writes
from procedures.bundles import Bundle, bundles

if TYPE_CHECKING:
    from uuid import UUID

    from dossiers.models import LinkedPart


class PartsForm(forms.Form):
    """Which optional parts of a linked service to make; all of them to begin with."""

    parts = forms.MultipleChoiceField(
        label=gettext_lazy("Bạn cần thêm việc nào?"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, bundle: Bundle, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        optional = [part for part in bundle.parts if part.optional]
        field = self.fields["parts"]
        field.choices = [(part.key, str(part.title)) for part in optional]  # type: ignore[attr-defined]
        field.initial = [part.key for part in optional if not part.procedure]


@for_citizens
@writes
def start_linked(request: HttpRequest, code: str) -> HttpResponseBase:
    """What the linked service holds; "Start" makes the drafts of its parts."""
    bundle = bundles().get(code)
    if bundle is None:
        raise Http404(_("Không có dịch vụ liên thông này."))
    form = PartsForm(bundle, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            linked = actions.start_linked(by=person(request), bundle=bundle, keys=form.cleaned_data["parts"])
        except ActionError as error:
            form.add_error(None, str(error.message))
        else:
            return redirect("dossiers:linked", linked_id=linked.pk)
    context = {
        "bundle": bundle,
        "form": form,
        "begun": [each for each in showing.of_person(person(request)) if each.linked.bundle == code][:5],
    }
    return render(request, "dossiers/linked/start.html", context, status=422 if form.errors else 200)


@for_citizens
@writes
def linked(request: HttpRequest, linked_id: UUID) -> HttpResponseBase:
    """Before filing: what is still to do, and the one button for all. Afterwards: how far each part has come."""
    found = get_linked(request.user, linked_id)
    form = DeclarationForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            actions.file_linked(linked_id=linked_id, by=person(request))
        except actions.IncompletePart as lacking:
            title = bundles()[found.bundle].part(lacking.key).title
            form.add_error(None, f"{title}: {lacking.message}")
        else:
            messages.success(request, _("Đã nộp hồ sơ liên thông."))
            return redirect("dossiers:linked", linked_id=linked_id)
    context = {"shown": showing.shown(found), "form": form}
    return render(request, "dossiers/linked/filing.html", context, status=422 if form.errors else 200)


# --- The desk ---


class HandOverForm(forms.Form):
    """The number a part got in the other system."""

    reference = forms.CharField(
        label=gettext_lazy("Mã hồ sơ bên hệ thống nhận"),
        max_length=120,
        error_messages={"required": gettext_lazy("Xin ghi mã hồ sơ bên hệ thống nhận.")},
    )
    note = forms.CharField(label=gettext_lazy("Ghi chú"), max_length=500, required=False)


class AnswerForm(forms.Form):
    """What the other system answered."""

    done = forms.TypedChoiceField(
        label=gettext_lazy("Kết quả bên hệ thống nhận"),
        choices=[("yes", gettext_lazy("Đã giải quyết xong")), ("no", gettext_lazy("Không giải quyết"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Cần chọn kết quả.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Nội dung trả lời"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@login_required
@reads
def handovers(request: HttpRequest) -> HttpResponse:
    """Parts of linked services this office hands to other systems, the soonest due first."""
    user = officer(request)
    if not can_somewhere(user, Permission.SEE_DOSSIERS):
        raise PermissionDenied("no dossiers")
    parts = linked_parts_for(user).select_related("linked__unit").prefetch_related("linked__parts__dossier")
    waiting = parts.filter(state__in=[PartState.WAITING, PartState.SENT]).order_by("due_at", "pk")[:100]
    rows = [(part, showing.part_of(part)) for part in waiting]
    return render(request, "dossiers/linked/handovers.html", {"rows": rows, "now": clock.now()})


@login_required
@writes
def handover(request: HttpRequest, part_id: int) -> HttpResponse:
    """Record the hand-over of one part, or what came back."""
    user = officer(request)
    part = get_linked_part(user, part_id)
    if not can(user, Permission.RECEIVE, part.linked.unit_id):
        raise PermissionDenied(Permission.RECEIVE.value)
    form = _form(part, request)
    if form is not None and form.is_bound and form.is_valid():
        try:
            _record(request, part, form)
        except ActionError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        else:
            messages.success(request, _("Đã ghi nhận."))
            return redirect("dossiers:handovers")
    context = {"part": part, "shown": showing.part_of(part), "form": form}
    bad = form is not None and form.errors
    return render(request, "dossiers/linked/handover.html", context, status=422 if bad else 200)


def _form(part: LinkedPart, request: HttpRequest) -> forms.Form | None:
    data = request.POST if request.method == "POST" else None
    kinds: dict[str, type[forms.Form]] = {PartState.WAITING: HandOverForm, PartState.SENT: AnswerForm}
    kind = kinds.get(part.state)
    return kind(data) if kind else None


def _record(request: HttpRequest, part: LinkedPart, form: forms.Form) -> None:
    act = actions.hand_over if isinstance(form, HandOverForm) else actions.record_answer
    act(part_id=part.pk, by=officer(request), **form.cleaned_data)
