"""Forms of bank statements."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from payments.forms import AmountField
from payments.models import CollectionAccount
from payments.statements.reading import MOST_BYTES

# What a damaged line or file is told as; the codes come from `payments/statements`.
REASONS = {
    "amount": _("Không đọc được số tiền"),
    "day": _("Không đọc được ngày"),
    "batch": _("Các khoản trong lô không cộng đúng bằng tổng của lô"),
    "unreadable": _("Không đọc được"),
    "empty": _("Tệp trống"),
    "too_large": _("Tệp quá lớn: nhiều nhất 5 MB và 20.000 dòng"),
    "no_rows": _("Tệp không có dòng giao dịch nào"),
    "no_heading": _("Không tìm thấy dòng tiêu đề có cột ngày, nội dung và số tiền"),
    "other_account": _("Tệp này là sao kê của tài khoản khác"),
}
MOST_PARTS = 4


class StatementForm(forms.Form):
    """A statement file for one of the accounts one collects for."""

    account = forms.ModelChoiceField(
        CollectionAccount.objects.none(), label=_("Tài khoản thu"), empty_label=None
    )
    file = forms.FileField(
        label=_("Tệp sao kê"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.xls,.xml,.sta,.mt940"}),
    )

    def __init__(self, *args: Any, accounts: QuerySet[CollectionAccount], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = accounts

    def clean_file(self) -> Any:
        """Not larger than a statement can be."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(REASONS["too_large"])
        return file


class PartForm(forms.Form):
    """One dossier a transfer pays for."""

    code = forms.CharField(label=_("Mã nộp tiền hoặc mã hồ sơ"), max_length=60, required=False)
    amount = AmountField(label=_("Số tiền"), required=False)

    def clean(self) -> dict[str, Any]:
        """Both or neither."""
        found: dict[str, Any] = super().clean() or {}
        if bool(found.get("code")) != bool(found.get("amount")) and not self.errors:
            self.add_error("amount" if found.get("code") else "code", _("Ghi cả mã và số tiền."))
        return found


PartFormSet = forms.formset_factory(PartForm, extra=MOST_PARTS, max_num=MOST_PARTS)


class AsideForm(forms.Form):
    """What a transfer that is no fee is."""

    note = forms.CharField(label=_("Đây là khoản tiền gì"), max_length=300)
