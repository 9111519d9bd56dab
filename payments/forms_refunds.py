"""Forms of refunds."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.forms import AmountField
from payments.gateways import GATEWAYS
from payments.models import Payment, Receipt, RefundWay


class RefundForm(forms.Form):
    """A part or the whole of a payment to give back. `client_key` makes a second click the same refund."""

    receipt = forms.ModelChoiceField(Receipt.objects.none(), label=_("Của biên lai"), empty_label=None)
    amount = AmountField(label=_("Số tiền hoàn"))
    way = forms.ChoiceField(label=_("Cách hoàn"), choices=RefundWay.choices)
    target = forms.CharField(label=_("Mã hồ sơ khác của người nộp"), max_length=60, required=False)
    reason = forms.CharField(
        label=_("Lý do hoàn tiền"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    client_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, payment: Payment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = [way for way in RefundWay if self._goes(payment, way)]
        choices = self.fields["way"]
        assert isinstance(choices, forms.ChoiceField)  # noqa: S101 - declared above
        choices.choices = [(way.value, way.label) for way in ways]
        if payment.is_surplus:
            del self.fields["receipt"]
        else:
            del self.fields["target"]
            field = self.fields["receipt"]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
            field.queryset = payment.receipts.select_related("book")

    @staticmethod
    def _goes(payment: Payment, way: RefundWay) -> bool:
        if way == RefundWay.GATEWAY:
            return payment.provider in GATEWAYS
        return way != RefundWay.APPLY or payment.is_surplus


class PayOutForm(forms.Form):
    """How an approved refund was paid out."""

    paid_reference = forms.CharField(label=_("Mã giao dịch của ngân hàng"), max_length=60, required=False)
