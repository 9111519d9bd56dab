"""The form of a bulk intake: where, which case, how the results are collected, and the table."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dossiers.states import Delivery
from portal.accounts.models import Unit
from procedures.models import ProcedureCase, ProcedureVersion

LONGEST = 400_000


class BulkForm(forms.Form):
    """The table pasted or as a workbook; what was pasted stays, what was uploaded becomes the pasted text."""

    client_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    bulk_unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Nơi tiếp nhận"), empty_label=None)
    bulk_case = forms.ModelChoiceField(ProcedureCase.objects.none(), label=_("Trường hợp"), empty_label=None)
    bulk_delivery = forms.ChoiceField(
        label=pgettext_lazy("delivery", "Nhận kết quả"),
        choices=[
            (Delivery.COUNTER.value, Delivery.COUNTER.label),
            (Delivery.POST.value, Delivery.POST.label),
        ],
        initial=Delivery.COUNTER.value,
        widget=forms.RadioSelect,
    )
    workbook = forms.FileField(
        label=_("Tệp theo mẫu (XLSX)"), required=False, widget=forms.FileInput(attrs={"accept": ".xlsx"})
    )
    table = forms.CharField(
        label=_("Hoặc dán bảng, cả dòng tiêu đề"),
        required=False,
        strip=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "wrap": "off"}),
    )

    def __init__(self, version: ProcedureVersion, units: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices("bulk_unit", units)
        if version.cases.exists():
            self._choices("bulk_case", version.cases.all())
        else:
            del self.fields["bulk_case"]

    def _choices(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = rows
