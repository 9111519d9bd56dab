"""Forms about receipts: registering numbers, correcting, handing in summaries."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from payments.models import Receipt
from portal.accounts.models import Unit
from portal.lib.forms import DayField
from procedures.models import FeeKind


class SeriesForm(forms.Form):
    """A series the tax authority registered."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Đơn vị thu"), empty_label=None)
    kind = forms.ChoiceField(label=_("Loại khoản thu"), choices=FeeKind.choices)
    year = forms.IntegerField(label=_("Năm"), min_value=2025, max_value=2100)
    symbol = forms.CharField(label=_("Ký hiệu biên lai"), max_length=10)
    last_number = forms.IntegerField(
        label=_("Số cuối dùng tại đơn vị"),
        required=False,
        min_value=1,
        help_text=_("Để trống nếu không chia dải số cho đơn vị khác."),
    )
    registration = forms.CharField(
        label=_("Thông báo của cơ quan thuế"),
        max_length=120,
        help_text=_("Số và ngày của thông báo chấp nhận đăng ký."),
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = units

    def clean_symbol(self) -> str:
        """Capital letters, no spaces."""
        return "".join(self.cleaned_data["symbol"].split()).upper()


class RangeForm(forms.Form):
    """The next numbers of a series for another unit."""

    unit_code = forms.SlugField(
        label=_("Mã đơn vị được ủy nhiệm"), max_length=20, help_text=_("Ví dụ: 00004.")
    )
    count = forms.IntegerField(label=_("Bao nhiêu số"), min_value=1)
    registration = forms.CharField(
        label=_("Văn bản ủy nhiệm"),
        max_length=120,
        help_text=_("Số và ngày; cơ quan thuế phải được báo trước ít nhất 3 ngày."),
    )

    def clean_unit_code(self) -> Unit:
        """The unit of that code. A ValidationError when there is none."""
        unit = Unit.objects.filter(code=self.cleaned_data["unit_code"]).first()
        if unit is None:
            raise forms.ValidationError(_("Không có đơn vị nào mang mã này."))
        return unit


class FindForm(forms.Form):
    """Which receipts are looked for."""

    q = forms.CharField(label=_("Số biên lai, mã hồ sơ hoặc người nộp"), max_length=100, required=False)
    on = DayField(label=_("Ngày thu"), required=False)


class CorrectionForm(forms.Form):
    """What should have been printed, and why it was not."""

    payer_name = forms.CharField(label=_("Tên người nộp đúng"), max_length=250)
    payer_address = forms.CharField(label=_("Địa chỉ người nộp đúng"), max_length=400, required=False)
    line_names = forms.CharField(
        label=_("Tên từng khoản thu đúng"),
        help_text=_("Mỗi khoản một dòng, theo thứ tự trên biên lai."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reason = forms.CharField(label=_("Lý do sai sót"), max_length=300)

    @classmethod
    def of(cls, receipt: Receipt) -> CorrectionForm:
        """The form with what was printed."""
        return cls(
            initial={
                "payer_name": receipt.payer_name,
                "payer_address": receipt.payer_address,
                "line_names": "\n".join(line["name"] for line in receipt.lines),
            }
        )

    def clean_line_names(self) -> list[str]:
        """One name a line, without empty lines."""
        lines = (line.strip() for line in self.cleaned_data["line_names"].splitlines())
        return [line for line in lines if line]

    def right(self) -> dict[str, Any]:
        """What the action asks for."""
        return {name: self.cleaned_data[name] for name in ("payer_name", "payer_address", "line_names")}


class CancelForm(forms.Form):
    """Why a receipt is cancelled."""

    prefix = "cancel"
    reason = forms.CharField(label=_("Lý do hủy"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class HandInForm(forms.Form):
    """The authority's reference of a summary handed in by a person."""

    code = forms.CharField(label=_("Mã tiếp nhận của cơ quan thuế"), max_length=80)
