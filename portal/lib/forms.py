"""Form fields of Vietnamese facts, for every app's forms."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.identity import digits, read_personal_number, read_phone, read_tax_code

DAY_FORMATS = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d%m%Y", "%d %m %Y", "%Y-%m-%d"]


class DayField(forms.DateField):
    """A date typed as dd/mm/yyyy. `past=True` refuses days after today's."""

    def __init__(self, *, past: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%d/%m/%Y"))
        kwargs.setdefault("input_formats", DAY_FORMATS)
        super().__init__(**kwargs)
        self.past = past
        self.error_messages["invalid"] = _("Ghi ngày theo dạng ngày/tháng/năm, ví dụ 24/11/2026.")

    def validate(self, value: datetime.date | None) -> None:
        super().validate(value)
        if value is None:
            return
        if value.year < 1900:
            raise ValidationError(_("Năm phải từ 1900 trở đi."), code="too_old")
        if self.past and value > timezone.localdate():
            raise ValidationError(_("Ngày này chưa đến."), code="future")


class _NumberField(forms.CharField):
    """Text that is a number people know by heart: numeric keyboard, blanks allowed while typing."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "spellcheck": "false"}))
        kwargs.setdefault("max_length", 20)
        super().__init__(**kwargs)


class PersonalNumberField(_NumberField):
    """Số định danh cá nhân / số CCCD: 12 digits, returned without blanks."""

    def clean(self, value: Any) -> str:
        number = digits(super().clean(value) or "")
        if number and read_personal_number(number) is None:
            raise ValidationError(_("Số định danh cá nhân gồm đúng 12 chữ số."), code="invalid")
        return number


class TaxCodeField(_NumberField):
    """Mã số thuế / mã số doanh nghiệp: 10 digits, or 13 for a branch."""

    def clean(self, value: Any) -> str:
        text = super().clean(value) or ""
        code = read_tax_code(text) if text else ""
        if code is None:
            raise ValidationError(
                _("Mã số thuế không đúng: cần 10 chữ số, hoặc 13 chữ số với chi nhánh."), code="invalid"
            )
        return code


class PhoneField(_NumberField):
    """Số điện thoại Việt Nam, returned as "0912345678"."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"})
        kwargs.setdefault("widget", widget)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value) or ""
        phone = read_phone(text) if text else ""
        if phone is None:
            raise ValidationError(_("Số điện thoại không đúng, ví dụ 0912 345 678."), code="invalid")
        return phone
