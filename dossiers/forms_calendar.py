"""Forms of a change of the working calendar."""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dossiers.actions.calendar_orders import Wish
from portal.lib.forms import DayField
from procedures.models import DayKind

ROWS = 6
MOST_IN_A_ROW = 31


class CalendarForm(forms.Form):
    """The document and what its days are called."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    document = forms.CharField(
        label=_("Văn bản"),
        max_length=200,
        help_text=_("Số, ngày và cơ quan ban hành, ví dụ: Thông báo 123/TB-UBND ngày 20/11/2026."),
    )
    name = forms.CharField(
        label=_("Tên gọi"),
        max_length=120,
        help_text=_("Người dân sẽ thấy, ví dụ: Nghỉ phòng chống bão số 12."),
    )
    name_en = forms.CharField(label=_("Tên gọi bằng tiếng Anh"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"key": uuid.uuid4()})
        super().__init__(*args, **kwargs)

    def wish(self, days: dict[datetime.date, str]) -> Wish:
        """The order as typed, for these days."""
        data = self.cleaned_data
        return Wish(data["document"], data["name"], data["name_en"], days)


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
