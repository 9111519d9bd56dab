"""Forms of the levels: for a group of units and procedures at once, or from a table."""

from __future__ import annotations

import hashlib
import re
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Unit, UnitKind
from portal.lib import clock, tables
from portal.lib.forms import DayField
from procedures.actions.levels import Setting, Wish
from procedures.codes import meant
from procedures.entries import Entry
from procedures.importing import levels_file
from procedures.models import OfferLevel
from procedures.querysets import catalogue

GROUPS = {
    "commune": _("Mọi xã, phường"),
    "ward": _("Mọi phường"),
    "rural": _("Mọi xã"),
    "branch": _("Mọi chi nhánh của Trung tâm"),
}


class OrderForm(forms.Form):
    """The document and its days."""

    document = forms.CharField(
        label=_("Văn bản đặt mức độ"),
        max_length=300,
        help_text=_("Số, ngày và cơ quan ban hành, ví dụ: Quyết định 123/QĐ-UBND ngày 20/11/2026."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"] = DayField(label=_("Có hiệu lực từ ngày"))
        self.fields["valid_to"] = DayField(
            label=_("Hết hiệu lực từ ngày"),
            required=False,
            help_text=_("Ngày đầu tiên không còn áp dụng; để trống nếu chưa định. Sau đó mức trước trở lại."),
        )

    def clean(self) -> dict[str, Any]:
        """The days in order."""
        data = super().clean() or {}
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and last and last <= first:
            self.add_error("valid_to", _("Ngày hết hiệu lực phải sau ngày có hiệu lực."))
        return data

    def _wish(self, settings: list[Setting], **more: str) -> Wish:
        data = self.cleaned_data
        return Wish(data["document"], data["valid_from"], data["valid_to"], settings, **more)


class GroupForm(OrderForm):
    """One level for many: a kind of unit or one unit, and procedures by code or by field."""

    units = forms.ChoiceField(label=_("Đơn vị"))
    field = forms.ChoiceField(
        label=_("Mọi thủ tục của lĩnh vực"), required=False, help_text=_("Hoặc ghi mã thủ tục ở ô dưới.")
    )
    codes = forms.CharField(
        label=_("Mã thủ tục"),
        required=False,
        max_length=30_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("Mỗi mã một dòng, hoặc cách nhau bằng dấu phẩy."),
    )
    level = forms.ChoiceField(label=_("Mức độ"), choices=OfferLevel.choices, widget=forms.RadioSelect)

    field_order = ["units", "field", "codes", "level", "document", "valid_from", "valid_to"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.valid_on(clock.today()).receiving()
        each = [(f"unit:{unit.code}", unit.full_name) for unit in units]
        groups = [(f"group:{code}", label) for code, label in GROUPS.items()]
        choice = cast("forms.ChoiceField", self.fields["units"])
        choice.choices = [(_("Nhóm đơn vị"), groups), (_("Một đơn vị"), each)]
        choice.widget.attrs["data-filter"] = "1"
        field = cast("forms.ChoiceField", self.fields["field"])
        field.choices = [("", _("— Chọn —")), *((row.code, row.label) for row in catalogue().fields)]

    def clean_codes(self) -> list[Entry]:
        """The procedures named; every spelling that is none is told."""
        words = re.split(r"[\s,;]+", self.cleaned_data["codes"].strip())
        found, wrong = {}, []
        for word in filter(None, words):
            entry = catalogue().by_code.get(meant(word))
            if entry is None:
                wrong.append(word[:20])
            else:
                found[entry.code] = entry
        if wrong:
            raise ValidationError(
                _("Không có thủ tục mang mã: %(codes)s."), params={"codes": ", ".join(wrong[:20])}
            )
        return list(found.values())

    def clean(self) -> dict[str, Any]:
        """At least one procedure that the units can offer at this level; those that cannot are told by name."""
        data = super().clean()
        if self.errors:
            return data
        entries = self._entries()
        if not entries:
            self.add_error("codes", _("Cần ghi mã thủ tục hoặc chọn lĩnh vực."))
            return data
        self.settings = self._settings(entries)
        return data

    def _entries(self) -> list[Entry]:
        data = self.cleaned_data
        of_field = [row for row in catalogue().entries if data["field"] and row.field_code == data["field"]]
        return list({row.code: row for row in [*data["codes"], *of_field]}.values())

    def _settings(self, entries: list[Entry]) -> list[Setting]:
        """What fits; a procedure named by its code must fit, one of a chosen field is left out silently."""
        level, units = self.cleaned_data["level"], self._units()
        named = {row.code for row in self.cleaned_data["codes"]}
        settings: list[Setting] = []
        for entry in entries:
            fault = next((levels_file.check(unit, entry, level) for unit in units[:1]), "")
            if fault and entry.code in named:
                self.add_error("codes", f"{entry.code}: {fault}")
            if not fault:
                settings += [Setting(unit.pk, entry.pk, level) for unit in units]
        if not settings and not self.errors:
            self.add_error("field", _("Không có thủ tục nào của lĩnh vực này nộp tại các đơn vị đã chọn."))
        return settings

    def _units(self) -> list[Unit]:
        what, _colon, code = self.cleaned_data["units"].partition(":")
        units = Unit.objects.valid_on(clock.today()).receiving()
        if what == "unit":
            return list(units.filter(code=code))
        kind = UnitKind.BRANCH if code == "branch" else UnitKind.COMMUNE
        units = units.filter(kind=kind)
        return list(units if code in {"branch", "commune"} else units.filter(is_ward=code == "ward"))

    def wish(self) -> Wish:
        """The order of a valid form."""
        return self._wish(self.settings)


class TableForm(OrderForm):
    """An order read from a table."""

    file = forms.FileField(
        label=_("Bảng mức độ (XLSX hoặc CSV)"),
        help_text=_("Ba cột: mã đơn vị, mã thủ tục, mức độ. Tối đa 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    skip_bad = forms.BooleanField(label=_("Ghi các dòng đúng, bỏ qua các dòng có lỗi"), required=False)
    bad: list[levels_file.BadLine] = []

    field_order = ["file", "skip_bad", "document", "valid_from", "valid_to"]

    def clean(self) -> dict[str, Any]:
        """The lines; damaged ones stop the file unless it was asked to leave them out."""
        data = super().clean()
        file = data.get("file")
        if file is None:
            return data
        if file.size > tables.MOST_BYTES:
            self.add_error("file", _("Tệp lớn hơn 20 MB."))
            return data
        content = file.read()
        try:
            parsed = levels_file.read(content)
        except ValidationError as error:
            self.add_error("file", error)
            return data
        self.bad, self.settings = parsed.bad, parsed.settings
        self.sha256 = hashlib.sha256(content).hexdigest()
        if self.bad and not data.get("skip_bad"):
            self.add_error("file", _("Một số dòng không ghi được, xem danh sách bên dưới. Chưa ghi gì."))
        elif not self.settings:
            self.add_error("file", _("Không có dòng nào ghi được."))
        return data

    def wish(self) -> Wish:
        """The order of a valid form."""
        name = str(self.cleaned_data["file"].name)[:200]
        return self._wish(self.settings, file_name=name, file_sha256=self.sha256)
