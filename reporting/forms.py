"""What a board or a list is asked for, from the address."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import DayField
from reporting.facts import Fact
from reporting.measures import MEASURE_BY_CODE, Measure, Part
from reporting.periods import Period, Preset

LONGEST = 366 * 3
PARTS = {"numerator": _("Tử số"), "denominator": _("Mẫu số"), "rest": _("Ngoài tử số")}


class PeriodForm(forms.Form):
    """A named period, or two days. Nothing asked means this month."""

    period = forms.ChoiceField(
        choices=[(preset.value, preset.label) for preset in Preset], required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["from"] = DayField(label=_("Từ ngày"), required=False)
        self.fields["to"] = DayField(label=_("Đến ngày"), required=False)

    def clean(self) -> dict[str, Any]:
        """Both days or none, in order, not longer than three years."""
        data = super().clean() or {}
        first, last = data.get("from"), data.get("to")
        if self.errors or not (first or last):
            return data
        if not (first and last):
            raise ValidationError({("to" if first else "from"): _("Hãy ghi cả hai ngày.")})
        if first > last:
            raise ValidationError({"to": _("Ngày cuối phải từ ngày đầu trở đi.")})
        if (last - first).days >= LONGEST:
            raise ValidationError({"to": _("Chọn khoảng thời gian không quá ba năm.")})
        return data

    def shown(self) -> PeriodForm:
        """The form to draw: with the days in view when all is well, with the typed ones and the error otherwise."""
        if self.is_bound and not self.is_valid():
            return self
        period = self.chosen()
        return PeriodForm(initial={"from": period.first, "to": period.last}, today=self.today)

    def chosen(self) -> Period:
        """The period asked for; this month when the address is wrong or empty."""
        data = self.cleaned_data if self.is_valid() else {}
        if data.get("from") and data.get("to"):
            return Period(data["from"], data["to"])
        return Period.named(Preset(data.get("period") or Preset.MONTH.value), self.today)


class ListForm(PeriodForm):
    """Which list behind a number: measure, half, unit (with everything under it), kind of unit, field."""

    measure = forms.ChoiceField(choices=[(code, code) for code in MEASURE_BY_CODE])
    part = forms.ChoiceField(choices=list(PARTS.items()), required=False)
    unit = forms.CharField(required=False, max_length=20)
    kind = forms.CharField(required=False, max_length=12)
    field = forms.CharField(required=False, max_length=80)

    def chosen_measure(self) -> Measure:
        """The measure asked for."""
        return MEASURE_BY_CODE[self.cleaned_data["measure"]]

    def chosen_part(self) -> str:
        """numerator, denominator or rest (the denominator without the numerator)."""
        return self.cleaned_data["part"] or "numerator"

    def fact(self) -> Fact:
        """The fact whose rows are asked for."""
        numerator = self.chosen_part() == "numerator"
        return self.chosen_measure().fact(Part.NUMERATOR if numerator else Part.DENOMINATOR)
