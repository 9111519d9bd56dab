"""Forms of verification: the question to another unit, and its answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dossiers.actions.verifying import MOST_DAYS, Question
from dossiers.guards import steps_of
from dossiers.models import Attachment, Dossier
from portal.accounts.models import Unit
from portal.lib import clock
from procedures.models import StepKind


class QuestionForm(forms.Form):
    """Whom to ask what, with which files of the dossier; the limit is that of the chosen step."""

    step = forms.TypedChoiceField(label=_("Bước xác minh"), coerce=int, required=False, empty_value=None)
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("Đơn vị được hỏi"), empty_label=_("Chọn đơn vị")
    )
    question = forms.CharField(
        label=_("Điều cần xác minh"),
        help_text=_("Đơn vị được hỏi chỉ đọc được nội dung này và các tệp bạn chọn, không mở được hồ sơ."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4000,
    )
    days = forms.IntegerField(
        label=_("Thời hạn trả lời (ngày làm việc)"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=2,
        required=False,
    )
    attached = forms.ModelMultipleChoiceField(
        Attachment.objects.none(),
        label=_("Tệp gửi kèm"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, dossier: Dossier, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.steps = list(steps_of(dossier).filter(kind=StepKind.VERIFY))
        units = Unit.objects.valid_on(clock.today()).exclude(pk=dossier.competent_unit_id)
        _choices(self.fields["unit"], units.order_by("kind", "sort_key"))
        _choices(self.fields["attached"], dossier.attachments.filter(removed_at=None))
        if self.steps:
            step = self.fields["step"]
            assert isinstance(step, forms.TypedChoiceField)  # noqa: S101 - declared above
            step.choices = [(each.order, each.name) for each in self.steps]
            self.initial.setdefault("unit", self.steps[0].unit_id)
            del self.fields["days"]
        else:
            del self.fields["step"]
        if not self.fields["attached"].queryset.exists():  # type: ignore[attr-defined]
            del self.fields["attached"]

    def asked(self) -> Question:
        """The question as typed."""
        data = self.cleaned_data
        return Question(
            unit=data["unit"],
            text=data["question"],
            step=data.get("step") or 0,
            days=data.get("days") or 2,
            files=tuple(file.pk for file in data.get("attached") or ()),
        )


def _choices(field: forms.Field, rows: Any) -> None:
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
    field.queryset = rows
    field.label_from_instance = lambda obj: str(getattr(obj, "full_name", obj))  # type: ignore[method-assign]


class OpinionForm(forms.Form):
    """The answer of the unit that was asked."""

    opinion = forms.CharField(
        label=_("Ý kiến trả lời"), widget=forms.Textarea(attrs={"rows": 6}), max_length=4000
    )
