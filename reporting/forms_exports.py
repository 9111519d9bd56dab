"""What somebody asks a file with."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.querysets import money_units
from portal.accounts.access import can_somewhere, units_with
from portal.accounts.models import Unit
from portal.accounts.permissions import Permission
from portal.lib.forms import DayField
from reporting.actions.exports import ExportWish
from reporting.downloads.sources import kinds_for
from reporting.forms import check_days
from reporting.models import ExportKind, FileFormat

if TYPE_CHECKING:
    from portal.accounts.models import User
    from reporting.periods import Period

FORMATS = [(form.value, form.label) for form in (FileFormat.CSV, FileFormat.XLSX)]


class FileForm(forms.Form):
    """A format, the form's key, and whether people's names are wanted."""

    format = forms.ChoiceField(label=_("Định dạng"), choices=FORMATS, initial=FileFormat.CSV)
    key = forms.UUIDField(widget=forms.HiddenInput)
    names = forms.BooleanField(label=_("Kèm tên chủ hồ sơ"), required=False)


class ListFileForm(FileForm):
    """The list of an address as a file."""

    address = forms.CharField(max_length=500)

    def wish(self) -> ExportWish:
        """What is asked for."""
        data = self.cleaned_data
        query = {"address": data["address"], "names": "1" if data["names"] else ""}
        return ExportWish(ExportKind.LIST, query, data["format"], data["key"])


class ExportForm(FileForm):
    """Dossiers or ledger lines of some days."""

    kind = forms.ChoiceField(label=_("Nội dung"))
    unit = forms.ChoiceField(label=_("Đơn vị"), required=False)
    field_order = ["kind", "unit", "from", "to", "format", "names"]

    def __init__(self, data: Any = None, *, user: User, period: Period) -> None:
        super().__init__(data, initial={"from": period.first, "to": period.last, "key": uuid.uuid4()})
        kinds = [(kind.value, kind.label) for kind in kinds_for(user)]
        cast(forms.ChoiceField, self.fields["kind"]).choices = kinds
        units = Unit.objects.filter(pk__in=_keys(user)).order_by("sort_key")
        choices = [("", _("Mọi đơn vị được xem")), *((unit.code, unit.full_name) for unit in units)]
        cast(forms.ChoiceField, self.fields["unit"]).choices = choices
        self.fields["from"] = DayField(label=_("Từ ngày"))
        self.fields["to"] = DayField(label=_("Đến ngày"))
        if not can_somewhere(user, Permission.SEE_PERSONAL_DATA):
            del self.fields["names"]

    def clean(self) -> dict[str, Any]:
        """Days in order, not longer than three years."""
        data = super().clean() or {}
        first, last = data.get("from"), data.get("to")
        if first and last:
            check_days(first, last)
        return data

    def wish(self) -> ExportWish:
        """What is asked for."""
        data = self.cleaned_data
        query = {
            "unit": data["unit"],
            "from": data["from"].isoformat(),
            "to": data["to"].isoformat(),
            "names": "1" if data.get("names") else "",
        }
        return ExportWish(data["kind"], query, data["format"], data["key"])


def _keys(user: User) -> set[int]:
    dossiers = units_with(user, Permission.SEE_DOSSIERS).values_list("pk", flat=True)
    return {*dossiers, *money_units(user).values_list("pk", flat=True)}
