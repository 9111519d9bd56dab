"""Forms of a change of the working calendar."""

from __future__ import annotations

import datetime
import uuid
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from dossiers.actions.calendar_orders import HoursWish, Wish
from portal.accounts.models import Unit, UnitKind
from portal.lib import clock
from portal.lib.forms import DayField
from procedures.models import DayKind

ROWS = 6
MOST_IN_A_ROW = 31


class OrderForm(forms.Form):
    """The document that changes the calendar and what the change is called."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    document = forms.CharField(
        label=_("Văn bản"),
        max_length=200,
        help_text=_("Số, ngày và cơ quan ban hành, ví dụ: Thông báo 123/TB-UBND ngày 20/11/2026."),
    )
    name = forms.CharField(
        label=_("Tên gọi"),
        max_length=120,
        help_text=_("Người dân sẽ thấy, ví dụ: Nghỉ phòng chống bão số 12; Giờ mùa hè."),
    )
    name_en = forms.CharField(label=_("Tên gọi bằng tiếng Anh"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"key": uuid.uuid4()})
        super().__init__(*args, **kwargs)

    def wish(self, days: dict[datetime.date, str] | None = None, hours: HoursWish | None = None) -> Wish:
        """The order as typed, for these days or hours."""
        data = self.cleaned_data
        return Wish(data["document"], data["name"], data["name_en"], days or {}, hours)


class TimeOfDay(forms.TimeField):
    """A time as people write it: 7:30, 07:30, 7h30, 7h."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TimeInput(format="%H:%M"))
        super().__init__(input_formats=["%H:%M", "%Hh%M", "%H.%M", "%Hh"], **kwargs)
        self.error_messages["invalid"] = _("Ghi giờ theo dạng giờ:phút, ví dụ 07:30.")


class HoursForm(OrderForm):
    """Other office hours of one unit, or of all of a kind, from a day on."""

    units = forms.ChoiceField(label=_("Đơn vị"))
    first = DayField(label=_("Từ ngày"), help_text=_("Giờ cũ giữ nguyên cho đến hết ngày hôm trước."))
    opens = TimeOfDay(label=_("Mở cửa"))
    closes = TimeOfDay(label=_("Nghỉ trưa"))
    opens_again = TimeOfDay(label=_("Mở cửa buổi chiều"), required=False)
    closes_again = TimeOfDay(label=_("Đóng cửa"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(f"kind:{kind}", _("Mọi đơn vị: %(kind)s") % {"kind": kind.label}) for kind in UnitKind]
        each = [(f"unit:{unit.code}", unit.full_name) for unit in Unit.objects.valid_on(clock.today())]
        choice = cast("forms.ChoiceField", self.fields["units"])
        choice.choices = [(_("Nhóm đơn vị"), kinds), (_("Một đơn vị"), each)]
        choice.widget.attrs["data-filter"] = "1"

    def clean(self) -> dict[str, Any]:
        """Hours in order: each time later than the one before, the afternoon whole or empty."""
        data = super().clean() or {}
        names = ["opens", "closes", "opens_again", "closes_again"]
        if set(names) & set(self.errors):
            return data
        if bool(data["opens_again"]) != bool(data["closes_again"]):
            missing = "closes_again" if data["opens_again"] else "opens_again"
            self.add_error(missing, _("Buổi chiều cần cả giờ mở cửa và giờ đóng cửa."))
            return data
        times = [(name, data[name]) for name in names if data[name]]
        for (_name, before), (name, after) in pairwise(times):
            if after <= before:
                self.add_error(name, _("Giờ này phải sau giờ ở ô trước."))
        return data

    def hours_wish(self) -> HoursWish:
        """The hours of a valid form."""
        data = self.cleaned_data
        parts = [(data["opens"], data["closes"]), (data["opens_again"], data["closes_again"])]
        hours = [[f"{start:%H:%M}", f"{close:%H:%M}"] for start, close in parts if start]
        what, _colon, code = data["units"].partition(":")
        units = Unit.objects.valid_on(clock.today())
        return HoursWish(
            data["first"], hours, units.filter(code=code) if what == "unit" else units.filter(kind=code)
        )


class DayRow(forms.Form):
    """One day or some days in a row, and what they become."""

    first = DayField(label=_("Từ ngày"), required=False)
    last = DayField(label=_("Đến ngày"), required=False, help_text=_("Để trống nếu chỉ một ngày."))
    kind = forms.ChoiceField(
        label=_("Trở thành"), required=False, choices=[("", _("(bỏ qua dòng này)")), *DayKind.choices]
    )

    def clean(self) -> dict[str, Any]:
        """A row is empty or says what becomes of which days."""
        data = super().clean() or {}
        first, last, kind = data.get("first"), data.get("last"), data.get("kind")
        if self.errors:
            return data
        if (kind or last) and not first:
            self.add_error("first", _("Ghi ngày."))
        elif first and not kind:
            self.add_error("kind", _("Chọn ngày này trở thành gì."))
        elif first and last and last < first:
            self.add_error("last", _("Ngày cuối không được trước ngày đầu."))
        elif first and last and (last - first).days >= MOST_IN_A_ROW:
            self.add_error("last", _("Một dòng tối đa %(most)s ngày.") % {"most": MOST_IN_A_ROW})
        return data

    def days(self) -> dict[datetime.date, str]:
        """The days of a valid row."""
        data = self.cleaned_data
        first, last = data.get("first"), data.get("last") or data.get("first")
        if not first:
            return {}
        return {
            first + datetime.timedelta(days=step): data["kind"] for step in range((last - first).days + 1)
        }


if TYPE_CHECKING:
    _Rows = forms.BaseFormSet[DayRow]
else:
    _Rows = forms.BaseFormSet


class DayRows(_Rows):
    """The rows of one order: at least one, and each day in one only."""

    def clean(self) -> None:
        """Refuse an order without a day, and a day with two answers."""
        super().clean()
        if any(self.errors):
            return
        seen: set[datetime.date] = set()
        for row in self.forms:
            twice = sorted(seen & set(row.days()))
            if twice:
                row.add_error("first", _("Ngày %(day)s đã có ở dòng trên.") % {"day": f"{twice[0]:%d/%m/%Y}"})
            seen |= set(row.days())
        if not seen:
            self.forms[0].add_error("first", _("Ghi ít nhất một ngày."))

    def days(self) -> dict[datetime.date, str]:
        """Every day of valid rows."""
        return {day: kind for row in self.forms for day, kind in row.days().items()}


DayRowSet = forms.formset_factory(DayRow, formset=DayRows, extra=ROWS, max_num=ROWS)


class RejectForm(forms.Form):
    """Why it is not approved."""

    reason = forms.CharField(
        label=_("Lý do không duyệt"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
