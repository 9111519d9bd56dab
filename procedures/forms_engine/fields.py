"""The Django field behind each type of question, and what its answer looks like in JSON."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.forms import DayField, PhoneField, TaxCodeField
from portal.lib.identity import digits, read_personal_number
from procedures.form_schema import FieldSpec, Kind
from procedures.forms_engine.conditions import MAX_NUMBER
from procedures.forms_engine.lists import Lists

FEW = 5
AUTOCOMPLETE = {
    "profile.full_name": "name",
    "profile.organisation_name": "organization",
    "profile.phone": "tel",
    "profile.email": "email",
    "profile.address": "street-address",
    "profile.date_of_birth": "bday",
}
_PASSPORT = re.compile(r"^[A-Z0-9]{6,15}$")


class NameField(forms.CharField):
    """A person's name: letters of any alphabet, blanks, apostrophes, full stops, hyphens."""

    def clean(self, value: Any) -> str:
        name = " ".join(str(super().clean(value) or "").split())
        if name and not (all(char.isalpha() or char in " '’.-" for char in name) and name[0].isalpha()):
            raise ValidationError(
                _("Họ tên chỉ gồm chữ cái, dấu cách, dấu nháy, dấu chấm, gạch nối."), code="name"
            )
        return name


class IdentityField(forms.CharField):
    """A personal number of 12 digits; where the form allows it, an old card's nine digits or a passport."""

    def __init__(self, *, accepts: list[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.accepts = accepts

    def clean(self, value: Any) -> str:
        number = digits(super().clean(value) or "").upper()
        if not number or self._accepted(number):
            return number
        if "passport" in self.accepts:
            raise ValidationError(
                _("Ghi 12 chữ số của số định danh cá nhân, hoặc số hộ chiếu."), code="invalid"
            )
        raise ValidationError(_("Số định danh cá nhân gồm đúng 12 chữ số."), code="invalid")

    def _accepted(self, number: str) -> bool:
        ascii_digits = number.isascii() and number.isdigit()
        if ascii_digits and len(number) == 12:
            return read_personal_number(number) is not None
        if ascii_digits and len(number) == 9 and "old" in self.accepts:
            return True
        return "passport" in self.accepts and not number.isdigit() and bool(_PASSPORT.match(number))


class MoneyInput(forms.TextInput):
    """Shows whole đồng in groups of three, "100.000 000" being read whichever way it is typed."""

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, int) and not isinstance(value, bool):
            return f"{value:,}".replace(",", ".")
        return super().format_value(value)


class MoneyField(forms.IntegerField):
    """An amount in whole VND, typed with or without grouping."""

    widget = MoneyInput

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            value = re.sub(r"(?i)[\s.,\u00a0]|đồng|vnd|đ", "", value)
        return super().to_python(value)


class DayInput(forms.DateInput):
    """Shows stored dates (ISO) as dd/mm/yyyy and anything else as it was typed."""

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            year, month, day = value.split("-")
            return f"{day}/{month}/{year}"
        return super().format_value(value)


Builder = Callable[[FieldSpec, Lists], forms.Field]


def _text(length: int, field: type[forms.CharField] = forms.CharField, **attrs: str) -> Builder:
    def build(spec: FieldSpec, lists: Lists) -> forms.Field:  # noqa: ARG001
        return field(max_length=spec.check.max_length or length, widget=forms.TextInput(attrs=dict(attrs)))

    return build


def _textarea(spec: FieldSpec, lists: Lists) -> forms.Field:  # noqa: ARG001
    return forms.CharField(max_length=spec.check.max_length or 2000, widget=forms.Textarea(attrs={"rows": 4}))


def _identity(spec: FieldSpec, lists: Lists) -> forms.Field:  # noqa: ARG001
    mode = "text" if "passport" in spec.accepts else "numeric"
    widget = forms.TextInput(attrs={"inputmode": mode, "spellcheck": "false"})
    return IdentityField(accepts=list(spec.accepts), max_length=20, widget=widget)


def _whole(spec: FieldSpec, lists: Lists) -> forms.Field:  # noqa: ARG001
    low = spec.check.min if spec.check.min is not None else (1900 if spec.type == Kind.YEAR else 0)
    high = spec.check.max if spec.check.max is not None else (2200 if spec.type == Kind.YEAR else MAX_NUMBER)
    maker = MoneyField if spec.type == Kind.MONEY else forms.IntegerField
    widget = MoneyInput if spec.type == Kind.MONEY else forms.TextInput
    return maker(min_value=low, max_value=high, widget=widget(attrs={"inputmode": "numeric"}))


def _choice(spec: FieldSpec, lists: Lists) -> forms.Field:
    choices = lists.choices(spec)
    radio = spec.style == "radio" or (not spec.style and len(choices) <= FEW and spec.type == Kind.CHOICE)
    if radio:
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect)
    return forms.ChoiceField(choices=[("", gettext_lazy("— Chọn —")), *choices], widget=forms.Select)


def _multi(spec: FieldSpec, lists: Lists) -> forms.Field:
    return forms.MultipleChoiceField(choices=lists.choices(spec), widget=forms.CheckboxSelectMultiple)


BUILDERS: Mapping[Kind, Builder] = {
    Kind.TEXT: _text(250),
    Kind.TEXTAREA: _textarea,
    Kind.NAME: _text(120, NameField, spellcheck="false", autocapitalize="words"),
    Kind.ID_NUMBER: _identity,
    Kind.TAX_CODE: lambda _spec, _lists: TaxCodeField(),
    Kind.DATE: lambda _spec, _lists: DayField(widget=DayInput(format="%d/%m/%Y")),
    Kind.YEAR: _whole,
    Kind.PHONE: lambda _spec, _lists: PhoneField(
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel"})
    ),
    Kind.EMAIL: lambda _spec, _lists: forms.EmailField(max_length=254),
    Kind.CHOICE: _choice,
    Kind.MULTI: _multi,
    Kind.CHECKBOX: lambda _spec, _lists: forms.BooleanField(),
    Kind.INTEGER: _whole,
    Kind.MONEY: _whole,
    Kind.COMMUNE: _choice,
    Kind.ADDRESS: _text(300),
    Kind.COUNTRY: _choice,
    Kind.NATIONALITY: _choice,
    Kind.ETHNICITY: _choice,
}


def bare_field(spec: FieldSpec, lists: Lists) -> forms.Field:
    """The field that reads an answer of `spec`; never required: the engine decides that."""
    field = BUILDERS[spec.type](spec, lists)
    field.required = field.widget.is_required = False
    return field


def shown_field(spec: FieldSpec, lists: Lists, *, required: bool, depended_on: bool) -> forms.Field:
    """The same field dressed for a page: label, hint, attributes."""
    field = bare_field(spec, lists)
    field.label, field.help_text = str(spec.label), str(spec.help or "")
    field.required = required
    if spec.prefill in AUTOCOMPLETE:
        field.widget.attrs["autocomplete"] = AUTOCOMPLETE[spec.prefill]
    if depended_on:
        field.widget.attrs["data-depends"] = "1"
    return field


def prepared(spec: FieldSpec, typed: Any) -> Any:
    """What was typed, or any JSON, in the shape the field reads: composed text, list of texts, truth value."""
    if spec.type == Kind.MULTI:
        return [_as_text(each) for each in typed] if isinstance(typed, list) else []
    if spec.type == Kind.CHECKBOX:
        return typed is True or (isinstance(typed, str) and typed.lower() in {"on", "true", "1", "yes"})
    return _as_text(typed)


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return unicodedata.normalize(
            "NFC", "".join(char for char in value if not "\ud800" <= char <= "\udfff")
        )
    if isinstance(value, float) or (isinstance(value, int) and abs(value) <= MAX_NUMBER):
        return "" if isinstance(value, bool) else str(value)
    return ""


def to_json(value: Any) -> Any:
    """A cleaned value as it is stored: ISO dates, None for what says nothing."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    return None if value in ("", []) else value
