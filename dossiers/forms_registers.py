"""What somebody asks a register with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dossiers.forms_citizen import UnitField
from portal.accounts.access import units_with
from portal.accounts.models import Unit, User
from portal.accounts.permissions import Permission
from portal.lib import clock
from portal.lib.forms import DayField


class RegisterForm(forms.Form):
    """A unit where one receives, and days."""

    unit = UnitField(label=_("Đơn vị"), queryset=Unit.objects.none(), empty_label=None)

    def __init__(self, data: Any = None, *, user: User) -> None:
        today = clock.today()
        super().__init__(data, initial={"first": today, "last": today})
        units = units_with(user, Permission.RECEIVE).order_by("sort_key")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["unit"].initial = units.first()
        self.fields["first"] = DayField(label=_("Từ ngày"))
        self.fields["last"] = DayField(label=_("Đến ngày"))
