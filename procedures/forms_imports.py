"""Forms of the imports: the file, and what of its differences one looks at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.lib import tables
from procedures.importing.national.comparing import Part
from procedures.models import Decision, ItemKind

SHOWN_KINDS = (ItemKind.CHANGED, ItemKind.NEW, ItemKind.SEEN, ItemKind.SAME)


class ImportForm(forms.Form):
    """A file of the national catalogue."""

    file = forms.FileField(
        label=_("Tệp danh mục quốc gia"),
        help_text=_(
            "JSON của dịch vụ quốc gia, bảng tính XLSX hoặc CSV, hay tệp cổng này xuất ra. Tối đa 20 MB."
        ),
        widget=forms.FileInput(attrs={"accept": ".json,.jsonl,.csv,.xlsx"}),
    )

    def clean_file(self) -> Any:
        """Not larger than a catalogue can be; its content is judged when it is read."""
        file = self.cleaned_data["file"]
        if file.size > tables.MOST_BYTES:
            raise ValidationError(_("Tệp lớn hơn 20 MB."))
        return file


class ItemFilter(forms.Form):
    """Which differences; a bad value counts as none."""

    kind = forms.ChoiceField(choices=[(kind.value, kind.label) for kind in SHOWN_KINDS], required=False)
    part = forms.ChoiceField(label=_("Phần khác"), choices=[("", _("Tất cả")), *Part.choices], required=False)
    decision = forms.ChoiceField(
        label=_("Quyết định"), choices=[("", _("Tất cả")), *Decision.choices], required=False
    )
    q = forms.CharField(label=_("Tên hoặc mã thủ tục"), max_length=100, required=False)

    def chosen(self, name: str) -> str:
        """The value of a filter, "" without or with a wrong one."""
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))
