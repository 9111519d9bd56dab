"""Forms of the officers' decisions."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from dossiers.actions.intake import ANSWER_DAYS, ItemSpec
from dossiers.models import Approval, Dossier
from dossiers.policies import askable_papers
from portal.accounts.models import User
from portal.accounts.permissions import Permission, roles_with
from portal.lib import clock
from portal.lib.forms import DayField
from procedures.calendar import HANOI, calendar_for
from procedures.form_schema import Kind, load
from procedures.models import ResultKind


class ReasonForm(forms.Form):
    """A reason in words."""

    reason = forms.CharField(label=_("Lý do"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000)


class ObligationForm(forms.Form):
    """What is to be paid or proved before the dossier can go on."""

    reason = forms.CharField(
        label=_("Nghĩa vụ phải thực hiện"),
        help_text=_("Ghi rõ khoản phải nộp, số tiền, nơi nộp và giấy tờ cần xuất trình sau khi nộp."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )


class RefusalForm(ReasonForm):
    """A reason and the provision it rests on."""

    legal_basis = forms.CharField(
        label=_("Căn cứ pháp lý"),
        max_length=300,
        help_text=_("Điều, khoản, văn bản. Ví dụ: khoản 2 Điều 15 Luật Hộ tịch 2014."),
    )

    field_order = ("reason", "legal_basis")


class SupplementForm(forms.Form):
    """Everything missing in one go. Each paper of the list and each field of the form is a possible line.

    Nothing else can be named: the list of papers is closed (domain facts 8.2).
    """

    reason = forms.CharField(
        label=_("Lý do chung"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("Ghi đủ mọi nội dung cần bổ sung trong một lần."),
    )
    legal_basis = forms.CharField(label=_("Căn cứ pháp lý"), max_length=300, required=False)
    days = forms.IntegerField(
        label=_("Thời hạn bổ sung (ngày làm việc)"), min_value=1, max_value=60, initial=ANSWER_DAYS
    )

    def __init__(self, dossier: Dossier, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dossier = dossier
        self.papers = askable_papers(dossier)
        self.asks_again = dossier.supplements.exclude(approval=Approval.DECLINED).exists()
        schema = load(dossier.version)
        asked = schema.by_name.values() if schema else []
        self.questions = [spec for spec in asked if spec.type not in {Kind.INFO, Kind.COMPUTED, Kind.GROUP}]
        for paper in self.papers:
            self._line(f"paper-{paper.pk}", paper.name)
        for spec in self.questions:
            self._line(f"field-{spec.name}", str(spec.label))

    def _line(self, name: str, label: str) -> None:
        self.fields[name] = forms.CharField(
            label=label,
            required=False,
            max_length=500,
            widget=forms.TextInput(attrs={"placeholder": _("Cần bổ sung gì")}),
        )

    def paper_lines(self) -> list[forms.BoundField]:
        """The lines about papers."""
        return [self[f"paper-{paper.pk}"] for paper in self.papers]

    def question_lines(self) -> list[forms.BoundField]:
        """The lines about fields of the form."""
        return [self[f"field-{spec.name}"] for spec in self.questions]

    def clean(self) -> dict[str, Any]:
        """At least one line."""
        cleaned = super().clean() or {}
        if not self.items():
            self.add_error(None, _("Xin ghi ít nhất một giấy tờ hoặc một mục cần bổ sung."))
        return cleaned

    def items(self) -> list[ItemSpec]:
        """The lines that were filled in."""
        filled = self.cleaned_data
        papers = [ItemSpec(filled.get(f"paper-{paper.pk}", ""), document=paper) for paper in self.papers]
        fields = [ItemSpec(filled.get(f"field-{spec.name}", ""), field=spec.name) for spec in self.questions]
        return [item for item in [*papers, *fields] if item.instruction.strip()]


class AssignForm(forms.Form):
    """To which specialist of the competent unit."""

    to = forms.ModelChoiceField(User.objects.none(), label=_("Chuyên viên"))

    def __init__(self, dossier: Dossier, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = specialists(dossier)
        field.empty_label = None
        # Read here: drawing a list asks for its first line and for its length by queries of their own.
        field.widget.choices = [(one.pk, one.full_name) for one in field.queryset]


def specialists(dossier: Dossier) -> Any:
    """The officers who may process dossiers of the competent unit today."""
    return (
        User.objects.filter(
            is_active=True,
            memberships__unit=dossier.competent_unit_id,
            memberships__role__in=roles_with(Permission.PROCESS),
            memberships__valid_from__lte=clock.today(),
        )
        .exclude(memberships__valid_to__lte=clock.today())
        .distinct()
        .order_by("full_name")
    )


class ResultForm(forms.Form):
    """The draft of a result: what is granted, the kind, a note; the values come from the answers."""

    granted = forms.TypedChoiceField(
        label=_("Đề xuất"),
        choices=[("yes", _("Giải quyết theo yêu cầu")), ("no", _("Không giải quyết, trả lời bằng văn bản"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        initial="yes",
    )
    kind = forms.ModelChoiceField(ResultKind.objects.none(), label=_("Kết quả"), empty_label=None)
    note = forms.CharField(
        label=_("Ý kiến thẩm định, lý do"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=4000,
    )

    def __init__(self, dossier: Dossier, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        self.kinds = list(dossier.version.resultkinds.filter(Q(case=None) | Q(case=dossier.case_id)))
        field.queryset = dossier.version.resultkinds.filter(pk__in=[kind.pk for kind in self.kinds])
        field.label_from_instance = lambda obj: obj.name  # type: ignore[method-assign]
        if self.kinds and "kind" not in self.initial:
            self.initial["kind"] = self.kinds[0].pk
        for kind in self.kinds:
            for row in _drafted(kind):
                self.fields[_slot(kind, row["field"])] = forms.CharField(
                    label=_in_language(row["label"]), required=False, max_length=1000
                )

    def slots(self, kind: ResultKind) -> list[forms.BoundField]:
        """The rows of a kind's paper that the drafter writes himself."""
        return [self[_slot(kind, row["field"])] for row in _drafted(kind)]

    def content(self) -> dict[str, str]:
        """What was written for the chosen kind."""
        kind: ResultKind = self.cleaned_data["kind"]
        return {row["field"]: self.cleaned_data[_slot(kind, row["field"])] for row in _drafted(kind)}

    def clean(self) -> dict[str, Any]:
        """A negative answer needs its reason."""
        cleaned = super().clean() or {}
        if cleaned.get("granted") is False and not cleaned.get("note", "").strip():
            self.add_error("note", _("Xin ghi lý do không giải quyết."))
        return cleaned


def _drafted(kind: ResultKind) -> list[dict[str, Any]]:
    return [row for row in kind.layout.get("rows", []) if row.get("drafted")]


def _slot(kind: ResultKind, name: str) -> str:
    return f"content-{kind.pk}-{name}"


def _in_language(words: Any) -> str:
    """A label of a result's layout in the reader's language."""
    return str(words.get(get_language() or "vi") or words["vi"]) if isinstance(words, dict) else str(words)


class ExtensionForm(ReasonForm):
    """A reason and the new date, at closing time of a working day."""

    day = DayField(label=_("Ngày hẹn trả mới"))

    def __init__(self, dossier: Dossier, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.calendar = calendar_for(dossier.competent_unit)

    def clean_day(self) -> datetime.date:
        """The new day must be worked and not past."""
        day: datetime.date = self.cleaned_data["day"]
        if not self.calendar.is_working(day):
            raise forms.ValidationError(_("Ngày này không phải ngày làm việc."))
        if day < clock.now().astimezone(HANOI).date():
            raise forms.ValidationError(_("Ngày này đã qua."))
        return day

    def until(self) -> datetime.datetime:
        """Closing time of the new day."""
        return self.calendar.closing(self.cleaned_data["day"])
