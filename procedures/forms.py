"""Forms of those who publish and withdraw."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib import clock
from portal.lib.forms import DayField
from procedures.access import find_procedure
from procedures.models import Procedure


def _tomorrow() -> datetime.date:
    return clock.today() + datetime.timedelta(days=1)


class PublishForm(forms.Form):
    """The day a version takes effect."""

    valid_from = DayField(
        label=gettext_lazy("Có hiệu lực từ ngày"),
        initial=_tomorrow,
        help_text=gettext_lazy("Hôm nay hoặc một ngày sau này."),
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Lý do"), max_length=300)


class WithdrawForm(forms.Form):
    """The decision that ends a procedure."""

    decision = forms.CharField(
        label=gettext_lazy("Quyết định bãi bỏ"),
        max_length=120,
        help_text=gettext_lazy("Số, ký hiệu và ngày ký."),
    )
    day = DayField(label=gettext_lazy("Bãi bỏ từ ngày"), initial=_tomorrow)
    reason = forms.CharField(label=gettext_lazy("Lý do"), max_length=150)
    successor = forms.CharField(
        label=gettext_lazy("Mã thủ tục thay thế"),
        max_length=8,
        required=False,
        help_text=gettext_lazy("Để trống khi không có thủ tục nào thay thế."),
    )

    def clean_successor(self) -> Procedure | None:
        """The procedure of the typed code."""
        code = self.cleaned_data["successor"].strip()
        found = find_procedure(code) if code else None
        if code and found is None:
            raise forms.ValidationError(_("Không có thủ tục mang mã này."))
        return found

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in ("decision", "day", "reason", "successor")}
