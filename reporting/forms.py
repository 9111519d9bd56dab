"""What a board or a list is asked for, from the address."""

from __future__ import annotations

import datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import DayField
from reporting.access import Scope
from reporting.bases import Fact
from reporting.measures import MEASURE_BY_CODE, Measure
from reporting.periods import Period, Preset
from reporting.registry import LISTED

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


class UnitPeriodForm(PeriodForm):
    """A period and one unit of the reader's scope (none: all of it)."""

    unit = forms.ChoiceField(label=_("Đơn vị"), required=False)

    def __init__(self, *args: Any, scope: Scope, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        self.scope = scope
        choices = [("", _("Mọi đơn vị được xem"))] if len(scope.units) > 1 else []
        unit = cast(forms.ChoiceField, self.fields["unit"])
        unit.choices = [*choices, *((one.code, one.full_name) for one in scope.units)]

    def shown(self) -> PeriodForm:
        """The form to draw: with the days and the unit in view, or with what was typed and the error."""
        if self.is_bound and not self.is_valid():
            return self
        period = self.chosen()
        initial = {"from": period.first, "to": period.last, "unit": self.chosen_unit()}
        return UnitPeriodForm(initial=initial, today=self.today, scope=self.scope)

    def chosen_unit(self) -> str:
        """The code of the unit asked for; the only one there is, or empty for the whole scope."""
        asked = self.cleaned_data.get("unit", "") if self.is_valid() else ""
        return asked or (self.scope.units[0].code if len(self.scope.units) == 1 else "")


class ListForm(PeriodForm):
    """Which list behind a number: half of a measure or a set by itself, unit (with all under it), kind, field."""

    measure = forms.ChoiceField(choices=[(code, code) for code in MEASURE_BY_CODE], required=False)
    fact = forms.ChoiceField(choices=[(code, code) for code in LISTED], required=False)
    part = forms.ChoiceField(choices=list(PARTS.items()), required=False)
    unit = forms.CharField(required=False, max_length=20)
    alone = forms.BooleanField(required=False)
    kind = forms.CharField(required=False, max_length=12)
    field = forms.CharField(required=False, max_length=80)

    def clean(self) -> dict[str, Any]:
        """Exactly one of measure and set."""
        data = super().clean()
        if not self.errors and bool(data.get("measure")) == bool(data.get("fact")):
            raise ValidationError(_("Không có danh sách nào như vậy."))
        return data

    def chosen_measure(self) -> Measure | None:
        """The measure asked for, if any."""
        return MEASURE_BY_CODE.get(self.cleaned_data["measure"])

    def chosen_fact(self) -> Fact | None:
        """The set asked for by itself, if any."""
        return LISTED.get(self.cleaned_data["fact"])

    def chosen_part(self) -> str:
        """numerator, denominator or rest (the denominator without the numerator)."""
        return self.cleaned_data["part"] or "numerator"
