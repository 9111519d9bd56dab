"""Forms of transfers between units and of the paper between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dossiers.actions.dispatching import MOST_SHEETS, Load
from dossiers.actions.transfers import Destination
from dossiers.forms_citizen import UnitField
from dossiers.models import Cargo, Dossier, Transfer
from dossiers.places import destinations
from portal.accounts.models import Unit


class SendForm(forms.Form):
    """Where a dossier is sent, what the other unit should know, and where the person collects the result."""

    unit = UnitField(
        label=_("Đơn vị có thẩm quyền"),
        queryset=Unit.objects.none(),
        empty_label=_("— Chọn —"),
        error_messages={"required": _("Cần chọn đơn vị có thẩm quyền.")},
    )
    note = forms.CharField(
        label=_("Căn cứ chọn đơn vị này"),
        help_text=_("Ví dụ: nơi cư trú của chủ hồ sơ. Đơn vị nhận đọc được."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    on_paper = forms.BooleanField(label=_("Giấy tờ gốc chuyển theo danh sách"), required=False)
    collect_there = forms.BooleanField(
        label=_("Người dân muốn nhận kết quả tại đơn vị giải quyết"), required=False
    )

    def __init__(self, dossier: Dossier, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = self.fields["unit"]
        assert isinstance(unit, UnitField)  # noqa: S101 - declared above
        unit.queryset = destinations(dossier.version, dossier.receiving_unit)
        unit.widget.attrs["data-filter"] = "1"

    def destination(self) -> Destination:
        """The destination as typed."""
        data = self.cleaned_data
        return Destination(data["unit"], data["note"], data["on_paper"], data["collect_there"])


class RefuseTransferForm(forms.Form):
    """Why a unit does not take a dossier sent to it."""

    reason = forms.CharField(
        label=_("Lý do không nhận"),
        help_text=_("Nêu căn cứ về thẩm quyền, và đơn vị nào có thẩm quyền nếu biết."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Xin ghi rõ lý do không nhận.")},
    )


class LoadForm(forms.Form):
    """One paper that may go on a list."""

    packed = forms.BooleanField(required=False, label=_("Đưa vào danh sách"))
    sheets = forms.IntegerField(
        label=_("Số tờ"), min_value=1, max_value=MOST_SHEETS, initial=1, required=False
    )

    def __init__(self, transfer: Transfer, cargo: Cargo, data: Any = None) -> None:
        super().__init__(data, prefix=f"{transfer.pk}-{cargo.value}", initial={"packed": True})
        self.transfer, self.cargo = transfer, cargo

    def clean(self) -> dict[str, Any]:
        """A paper on the list has a number of sheets."""
        data = super().clean() or {}
        if data.get("packed") and not data.get("sheets") and "sheets" not in self.errors:
            self.add_error("sheets", _("Cần ghi số tờ."))
        return data


def loads_of(forms_: Iterable[LoadForm]) -> list[Load]:
    """What was chosen, of checked forms."""
    return [
        Load(form.transfer.pk, form.cargo, form.cleaned_data["sheets"])
        for form in forms_
        if form.cleaned_data.get("packed")
    ]


class MissingForm(forms.Form):
    """Which paper of a line did not arrive."""

    note = forms.CharField(
        label=_("Thiếu giấy tờ nào"),
        max_length=300,
        error_messages={"required": _("Xin ghi rõ giấy tờ nào thiếu.")},
    )
