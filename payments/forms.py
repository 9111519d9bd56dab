"""Forms of the cash desk."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Unit

MOST = 10_000_000_000


class AmountField(forms.CharField):
    """Whole đồng as a person types them: "50000", "50.000", "50,000 đ". The value is an int."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> int | None:
        """The amount; None for an empty optional field."""
        text = super().clean(value)
        if not text:
            return None
        bare = re.sub(r"(đồng|vnđ|vnd|đ|\s)", "", text.lower())
        if not re.fullmatch(r"[0-9]{1,3}([.,][0-9]{3})+|[0-9]+", bare):
            raise ValidationError(_("Ghi số tiền bằng chữ số, ví dụ 50.000."))
        amount = int(re.sub(r"[.,]", "", bare))
        if amount > MOST:
            raise ValidationError(_("Số tiền quá lớn."))
        return amount


class CollectForm(forms.Form):
    """Cash given by the payer. `client_key` makes a second click the same payment."""

    tendered = AmountField(label=_("Số tiền khách đưa"))
    payer_name = forms.CharField(label=_("Người nộp tiền ghi trên biên lai"), max_length=250)
    client_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class OpenShiftForm(forms.Form):
    """Where the shift is and what is in the drawer at its start."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Đơn vị thu"), empty_label=None)
    opening_float = AmountField(label=_("Tiền lẻ có sẵn trong két"), required=False)

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = units


class CloseShiftForm(forms.Form):
    """The cash that was counted, and why it differs if it does."""

    counted = AmountField(label=_("Tiền mặt đã kiểm đếm trong két"))
    note = forms.CharField(
        label=_("Lý do chênh lệch"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class ResolutionForm(forms.Form):
    """How a work item was ended."""

    resolution = forms.CharField(
        label=_("Cách đã xử lý"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class RefundForm(forms.Form):
    """Why a surplus is given back."""

    reason = forms.CharField(
        label=_("Lý do hoàn tiền"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
