"""Forms of collection accounts."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from payments.models import Bank
from portal.lib import clock


class AccountForm(forms.Form):
    """A proposed collection account."""

    bank = forms.ModelChoiceField(Bank.objects.none(), label=_("Ngân hàng"), empty_label=_("Chọn ngân hàng"))
    number = forms.CharField(
        label=_("Số tài khoản"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    again = forms.CharField(
        label=_("Nhập lại số tài khoản"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    holder = forms.CharField(label=_("Tên tài khoản"), max_length=100)
    valid_from = forms.DateField(label=_("Áp dụng từ ngày"), initial=clock.today)
    reason = forms.CharField(
        label=_("Lý do, căn cứ"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["bank"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Bank.objects.filter(transfer=True)

    def clean_number(self) -> str:
        """Letters and digits without blanks, as the bank writes it."""
        return _account_number(self.cleaned_data["number"])

    def clean_again(self) -> str:
        """The same number typed twice: the surest guard against a slip of the finger."""
        again = _account_number(self.cleaned_data["again"])
        if "number" in self.cleaned_data and again != self.cleaned_data["number"]:
            raise ValidationError(_("Hai lần nhập số tài khoản không giống nhau."))
        return again


def _account_number(text: str) -> str:
    number = re.sub(r"[\s.\-]", "", text).upper()
    if not re.fullmatch(r"[0-9A-Z]{4,19}", number):
        raise ValidationError(_("Số tài khoản gồm 4 đến 19 chữ số hoặc chữ cái không dấu."))
    return number


class EvidenceForm(forms.Form):
    """The paper of the bank an account was compared with."""

    evidence = forms.CharField(label=_("Văn bản xác nhận của ngân hàng"), max_length=200, required=False)
