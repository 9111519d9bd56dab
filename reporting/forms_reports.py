"""What somebody asks a report or a schedule with."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.permissions import Role
from portal.lib.forms import DayField
from reporting.access import Scope
from reporting.actions.reports import ReportWish, ScheduleWish
from reporting.forms import check_days
from reporting.models import ReportKind, Rhythm
from reporting.models.reports import READERS
from reporting.periods import Period


def _unit_choices(scope: Scope) -> list[tuple[str, str]]:
    return [(unit.code, unit.full_name) for unit in scope.units]


class ReportForm(forms.Form):
    """A report by hand: its form, its unit (with everything under it that one sees) and its days."""

    kind = forms.ChoiceField(label=_("Loại báo cáo"), choices=ReportKind)
    unit = forms.ChoiceField(label=_("Đơn vị"))
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, scope: Scope, period: Period) -> None:
        initial = {
            "from": period.first,
            "to": period.last,
            "unit": scope.root.code,
            "key": uuid.uuid4(),
        }
        super().__init__(data, initial=initial)
        self.scope = scope
        cast(forms.ChoiceField, self.fields["unit"]).choices = _unit_choices(scope)
        self.fields["from"] = DayField(label=_("Từ ngày"))
        self.fields["to"] = DayField(label=_("Đến ngày"))

    def clean(self) -> dict[str, Any]:
        """Days in order, not longer than three years."""
        data = super().clean() or {}
        first, last = data.get("from"), data.get("to")
        if first and last:
            check_days(first, last)
        return data

    def wish(self) -> ReportWish:
        """What is asked for."""
        data = self.cleaned_data
        return ReportWish(
            data["kind"],
            self.scope.by_code[data["unit"]],
            Period(data["from"], data["to"]),
            data["key"],
        )


class ScheduleForm(forms.Form):
    """A report again and again."""

    kind = forms.ChoiceField(label=_("Loại báo cáo"), choices=ReportKind)
    unit = forms.ChoiceField(label=_("Đơn vị"))
    rhythm = forms.ChoiceField(label=_("Kỳ báo cáo"), choices=Rhythm, initial=Rhythm.MONTH)
    issue_day = forms.IntegerField(
        label=_("Lập sau khi hết kỳ"),
        help_text=_("Số ngày sau ngày cuối kỳ, từ 1 đến 28."),
        min_value=1,
        max_value=28,
        initial=3,
    )
    roles = forms.MultipleChoiceField(
        label=_("Người nhận"),
        help_text=_("Người giữ các vị trí này trong đơn vị nhận thư báo khi báo cáo lập xong."),
        choices=[(role, Role(role).label) for role in READERS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, data: Any = None, *, scope: Scope) -> None:
        super().__init__(data, initial={"unit": scope.root.code})
        self.scope = scope
        cast(forms.ChoiceField, self.fields["unit"]).choices = _unit_choices(scope)

    def wish(self) -> ScheduleWish:
        """What is to be set up."""
        data = self.cleaned_data
        return ScheduleWish(
            data["kind"],
            self.scope.by_code[data["unit"]],
            data["rhythm"],
            data["issue_day"],
            tuple(data["roles"]),
        )
