"""A draft's form as the citizen will see it, answered for trial; the answers can be kept as a scripted check."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models import User
from portal.lib import clock
from portal.lib.errors import ActionError
from portal.lib.forms import DayField
from portal.lib.reads_writes import writes
from procedures.access import can_edit, check_edit, check_see_drafts, get_draft
from procedures.actions import drafts
from procedures.drafting import schema_of
from procedures.editor import choices
from procedures.editor.trying import example_of, run_one
from procedures.form_engine import apply_row_buttons, whole_form
from procedures.models import Channel, VersionDraft
from procedures.views.drafts import revision_of


class SettingForm(forms.Form):
    """Under which circumstances the answers are tried."""

    prefix = "try"
    case = forms.ChoiceField(label=gettext_lazy("Trường hợp"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Cách nộp"), choices=Channel.choices)
    on = DayField(label=gettext_lazy("Vào ngày"))
    exemption = forms.CharField(label=gettext_lazy("Diện miễn"), required=False, max_length=60)
    name = forms.CharField(label=gettext_lazy("Tên mẫu"), required=False, max_length=200)

    def __init__(self, content: dict[str, Any], data: Any = None) -> None:
        initial = {"channel": Channel.ONLINE, "on": clock.today()}
        super().__init__(data, initial=initial)
        offered = choices.cases(content)
        self.fields["case"].choices = offered or [("", "–")]  # type: ignore[attr-defined]

    def setting(self) -> dict[str, str]:
        """The circumstances as an example keeps them."""
        found = self.cleaned_data
        return {
            **{key: found[key] for key in ("case", "channel", "exemption")},
            "on": found["on"].isoformat(),
        }


@login_required
@writes
def form(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole form; a post answers it without writing anything, unless the answers are to be kept as a check."""
    check_see_drafts(request.user)
    draft = get_draft(request.user, pk)
    schema = schema_of(draft.content)
    if schema is None:
        raise Http404(_("Dự thảo này chưa có tờ khai."))
    posted = request.method == "POST"
    changed = apply_row_buttons(request.POST) if posted else None
    do = request.POST.get("do", "show") if changed is None else "show"
    shown = whole_form(schema, (changed or request.POST) if posted else None)
    if posted and do == "show":  # questions that follow from the answers, without finding fault with them
        shown = whole_form(schema, initial=shown.typed_answers)
    setting = SettingForm(draft.content, request.POST if posted else None)
    context: dict[str, Any] = {"draft": draft, "form": shown, "setting": setting, "tried": None, "faulty": []}
    context["may_edit"] = draft.is_open and can_edit(request.user)
    if posted and do in {"check", "keep"} and setting.is_valid():
        tried = run_one(draft.content, schema, shown.typed_answers, setting.setting())
        labels = {name: str(spec.label) for name, spec in schema.by_name.items()}
        context |= {"tried": tried, "faulty": _faulty(tried, labels)}
        if do == "keep":
            return _keep(request, draft, context, shown.typed_answers)
    if request.headers.get("HX-Request"):
        return render(request, "procedures/trying/_trial.html", context)
    return render(request, "procedures/trying/form.html", context)


def _faulty(tried: Any, labels: dict[str, str]) -> list[tuple[str, str]]:
    errors = (pair for section in tried.checked.errors.values() for pair in section.items())
    return [(labels.get(name, name), " ".join(map(str, said))) for name, said in errors]


def _keep(
    request: HttpRequest, draft: VersionDraft, context: dict[str, Any], answers: dict[str, Any]
) -> HttpResponse:
    """Add the answers, with what came of them, to the draft's scripted checks."""
    check_edit(request.user)
    setting, tried = context["setting"], context["tried"]
    name = setting.cleaned_data["name"].strip()
    if not name or tried.outcome is None:
        why = (
            _("Hãy đặt tên cho mẫu.")
            if tried.outcome is not None
            else _("Hãy sửa lỗi ở phí và giấy tờ trước.")
        )
        setting.add_error("name", why)
        return render(request, "procedures/trying/form.html", context, status=422)
    rows = [*draft.content.get("examples", []), example_of(name, setting.setting(), answers, tried)]
    try:
        drafts.save_draft_part(
            by=cast(User, request.user),
            draft_id=draft.pk,
            revision=revision_of(request),
            part="examples",
            value=rows,
        )
    except drafts.StaleDraftError as error:
        messages.error(request, str(error))
        context |= {"draft": error.draft}
        return render(request, "procedures/trying/form.html", context, status=409)
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("procedures:draft", draft.pk)
    messages.success(request, _("Đã thêm vào các mẫu kiểm tra."))
    return redirect("procedures:draft-part", draft.pk, "examples")
