"""What a board or a list is asked for, from the address."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Unit, UnitKind
from portal.lib import clock
from portal.lib.forms import DayField
from procedures.models import Channel
from reporting.access import Scope
from reporting.actions.targets import Wish
from reporting.bases import Fact
from reporting.behind import Narrow
from reporting.measures import MEASURE_BY_CODE, Measure, Shape
from reporting.models import Operator
from reporting.openness import Indicator
from reporting.periods import Period, Preset
from reporting.registry import LISTED

LONGEST = 366 * 3
PARTS = {"numerator": _("Tử số"), "denominator": _("Mẫu số"), "rest": _("Ngoài tử số")}


def check_days(first: datetime.date, last: datetime.date) -> None:
    """Days in order, not longer than three years. Raises ValidationError at the second one."""
    if first > last:
        raise ValidationError({"to": _("Ngày cuối phải từ ngày đầu trở đi.")})
    if (last - first).days >= LONGEST:
        raise ValidationError({"to": _("Chọn khoảng thời gian không quá ba năm.")})


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
        check_days(first, last)
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
    procedure = forms.CharField(required=False, max_length=80)
    channel = forms.ChoiceField(choices=Channel, required=False)
    hours = forms.RegexField(r"^([01]?\d|2[0-3])-([01]?\d|2[0-3])$", required=False)
    assisted = forms.ChoiceField(choices=[("0", "0"), ("1", "1")], required=False)

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

    def narrowed(self) -> Narrow:
        """What the list is narrowed to beyond unit and field."""
        data = self.cleaned_data
        return Narrow(data["procedure"], data["channel"], data["hours"], data["assisted"])

    def chosen_part(self) -> str:
        """numerator, denominator or rest (the denominator without the numerator)."""
        return self.cleaned_data["part"] or "numerator"


class WarningForm(forms.Form):
    """What will be done about a warning, or why it is settled."""

    decision = forms.ChoiceField(choices=[("answer", "answer"), ("settle", "settle")])
    text = forms.CharField(
        label=_("Việc sẽ làm, hoặc lý do khép"),
        max_length=500,
        widget=forms.Textarea,
        error_messages={"required": _("Hãy ghi nội dung.")},
    )


class TargetForm(forms.Form):
    """A target to propose. A share is typed in per cent, days as days."""

    measure = forms.ChoiceField(label=_("Chỉ tiêu"))
    addressee = forms.ChoiceField(label=_("Áp dụng cho"))
    operator = forms.ChoiceField(label=_("So sánh"), choices=Operator)
    value = forms.DecimalField(
        label=_("Mức phải đạt"),
        help_text=_("Phần trăm, hoặc số ngày đối với thời gian giải quyết."),
        max_digits=7,
        decimal_places=2,
        min_value=Decimal(0),
        localize=True,
    )
    document = forms.CharField(label=_("Văn bản giao mục tiêu"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        measures = [(code, one.title) for code, one in MEASURE_BY_CODE.items()]
        cast(forms.ChoiceField, self.fields["measure"]).choices = measures
        self.units = {unit.code: unit for unit in Unit.objects.valid_on(clock.today())}
        cast(forms.ChoiceField, self.fields["addressee"]).choices = [
            ("", _("Mọi đơn vị")),
            (_("Nhóm đơn vị"), [(f"kind:{kind.value}", kind.label) for kind in UnitKind]),
            (_("Một đơn vị"), [(f"unit:{code}", unit.full_name) for code, unit in self.units.items()]),
        ]
        self.fields["addressee"].required = False
        self.fields["valid_from"] = DayField(label=_("Có hiệu lực từ"))
        self.fields["valid_to"] = DayField(
            label=_("Hết hiệu lực từ (để trống: không thời hạn)"), required=False
        )

    def clean(self) -> dict[str, Any]:
        """A share lies between 0 and 100 %; the end follows the beginning."""
        data = super().clean() or {}
        measure, value = MEASURE_BY_CODE.get(data.get("measure", "")), data.get("value")
        if measure and value is not None and measure.shape is Shape.SHARE and value > 100:
            self.add_error("value", _("Tỷ lệ không quá 100 %."))
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and last and last <= first:
            self.add_error("valid_to", _("Ngày hết hiệu lực phải sau ngày có hiệu lực."))
        return data

    def wish(self) -> Wish:
        """What is to be proposed."""
        data = self.cleaned_data
        kind, _colon, code = data["addressee"].partition(":")
        share = MEASURE_BY_CODE[data["measure"]].shape is Shape.SHARE
        return Wish(
            measure=data["measure"],
            unit=self.units[code] if kind == "unit" else None,
            unit_kind=code if kind == "kind" else "",
            operator=Operator(data["operator"]),
            value=data["value"] / 100 if share else data["value"],
            valid_from=data["valid_from"],
            valid_to=data["valid_to"],
            document=data["document"],
        )


class OpenUnitsForm(forms.Form):
    """Which units, by any name, and which indicator of the public page; nothing asked means all of them."""

    def __init__(self, *args: Any, indicators: Sequence[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ten"] = forms.CharField(
            label=_("Tìm xã, phường"),
            help_text=_("Tên mới hoặc tên cũ đều được."),
            max_length=80,
            required=False,
        )
        choices = [("", _("Tất cả")), *((one.code, one.title) for one in indicators)]
        self.fields["chitieu"] = forms.ChoiceField(label=_("Chỉ tiêu"), choices=choices, required=False)

    def asked(self) -> tuple[str, str]:
        """Name and code of the indicator, each "" when it was not asked for or not understood."""
        if not self.is_bound:
            return "", ""
        self.is_valid()
        return self.cleaned_data.get("ten", ""), self.cleaned_data.get("chitieu", "")
