"""Forms of the cash desk."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Unit, User

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


class Method(TextChoices):
    """How a fee is paid at the desk."""

    CASH = "cash", _("Tiền mặt")
    CARD = "card", _("Máy quẹt thẻ")


class CollectForm(forms.Form):
    """Cash given by the payer, or the slip of the card terminal. `client_key` makes a second click one payment."""

    method = forms.ChoiceField(
        label=_("Cách nộp"),
        choices=Method.choices,
        initial=Method.CASH,
        required=False,
        widget=forms.RadioSelect,
    )
    tendered = AmountField(label=_("Số tiền khách đưa"), required=False)
    terminal = forms.RegexField(
        r"^[0-9A-Za-z]{4,16}$", label=_("Mã máy quẹt thẻ (TID)"), required=False, max_length=16
    )
    slip = forms.RegexField(
        r"^[0-9A-Za-z]{4,24}$",
        label=_("Số tham chiếu trên phiếu quẹt thẻ (RRN)"),
        required=False,
        max_length=24,
    )
    payer_name = forms.CharField(label=_("Người nộp tiền ghi trên biên lai"), max_length=250)
    client_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean(self) -> dict[str, Any]:
        """Cash says how much was given; a card says which slip."""
        found: dict[str, Any] = super().clean() or {}
        needed = ("terminal", "slip") if found.get("method") == Method.CARD else ("tendered",)
        for name in needed:
            if found.get(name) in {None, ""} and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        return found


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
    handed_to = forms.ModelChoiceField(
        User.objects.none(), label=_("Bàn giao tiền cho"), required=False, empty_label=_("Không bàn giao")
    )

    def __init__(self, *args: Any, receivers: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["handed_to"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = receivers


class ResolutionForm(forms.Form):
    """How a work item was ended."""

    resolution = forms.CharField(
        label=_("Cách đã xử lý"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
