"""The questions of the public fee calculator: only those the rules of the procedure count by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import DayField
from procedures.calculator import Counted, Question
from procedures.models import Channel, ProcedureVersion

MOST_COPIES, MOST_PAGES = 10_000, 100_000


class FeeForm(forms.Form):
    """How one files, on which day, how much of it, and who is exempt. Names are those of the auditors' API."""

    channel = forms.ChoiceField(label=_("Hình thức nộp"), widget=forms.RadioSelect)
    case = forms.ChoiceField(label=_("Trường hợp"), required=False)
    pages = forms.IntegerField(
        label=_("Số trang của một bản chính"), min_value=1, max_value=MOST_PAGES, initial=1
    )
    copies = forms.IntegerField()
    exemption = forms.ChoiceField(label=_("Thuộc diện được miễn"), required=False)
    date = DayField(label=_("Ngày nộp"), required=False, help_text=_("Để trống: hôm nay."))

    def __init__(self, version: ProcedureVersion, asked: Counted, data: Any = None) -> None:
        cases = [(case.code, case.title) for case in version.cases.all()]
        channels = [limit.channel for limit in version.timelimits.all()]
        offered = [(c.value, c.label) for c in Channel if c.value in channels] or list(Channel.choices)
        first = {"channel": offered[0][0], "copies": max(asked.least_copies, 1)}
        super().__init__(data, initial=first)
        self._choices("channel", offered)
        self._choices("case", cases)
        self._choices("exemption", [("", _("Không")), *asked.exemptions.items()])
        self.fields["copies"] = forms.IntegerField(
            label=_("Số bản"), min_value=asked.least_copies, max_value=MOST_COPIES
        )
        wanted = {
            "case": len(cases) > 1,
            "pages": asked.pages,
            "copies": asked.copies,
            "exemption": bool(asked.exemptions),
        }
        for name, holds in wanted.items():
            if not holds:
                del self.fields[name]

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = choices

    def question(self, today: Any) -> Question:
        """The checked question."""
        given = self.cleaned_data
        return Question(
            channel=given["channel"],
            day=given.get("date") or today,
            pages=given.get("pages"),
            copies=given.get("copies"),
            case=given.get("case", ""),
            exemption=given.get("exemption", ""),
        )
