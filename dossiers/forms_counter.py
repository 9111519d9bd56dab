"""Forms of the counter."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dossiers.actions.filing import Paper, Party
from dossiers.states import Delivery
from dossiers.store import Item
from portal.accounts.former import in_address
from portal.accounts.models import Unit, User
from portal.lib.forms import PhoneField
from portal.lib.identity import digits, read_personal_number
from procedures.models import Channel, ProcedureCase, ProcedureVersion, RequiredDocument


class FilerForm(forms.Form):
    """The person at the counter: a card, a passport or a number typed; never an e-identity."""

    card = forms.CharField(
        label=_("Quét mã QR trên thẻ căn cước"),
        required=False,
        max_length=400,
        widget=forms.TextInput(attrs={"autofocus": True}),
        help_text=_("Đặt con trỏ vào ô này rồi quét thẻ; hoặc gõ thông tin ở các ô dưới."),
    )
    name = forms.CharField(label=_("Họ và tên người nộp"), max_length=250)
    id_number = forms.CharField(label=_("Số căn cước hoặc hộ chiếu"), max_length=20, required=False)
    phone = PhoneField(label=_("Số điện thoại"), required=False)
    address = forms.CharField(label=_("Địa chỉ"), max_length=400, required=False)
    relation = forms.CharField(
        label=_("Nộp thay cho người khác: căn cứ"),
        max_length=200,
        required=False,
        help_text=_(
            "Ví dụ: văn bản uỷ quyền số 12/2026; cha của chủ hồ sơ. Để trống nếu nộp cho chính mình."
        ),
    )

    def clean_id_number(self) -> str:
        """Twelve digits when it is all digits; a passport number otherwise."""
        text: str = self.cleaned_data["id_number"].strip().upper()
        number = digits(text)
        if text and text.replace(" ", "").isdigit() and read_personal_number(number) is None:
            raise forms.ValidationError(_("Số định danh cá nhân gồm đúng 12 chữ số."))
        return number if text.replace(" ", "").isdigit() else text

    def party(self) -> Party:
        """The filer as given."""
        data = self.cleaned_data
        return Party(
            name=data["name"],
            id_number=data["id_number"],
            phone=data["phone"],
            address=data["address"],
            relation=data["relation"],
        )


class IntakeForm(forms.Form):
    """Where, how, which case. `client_key` makes a second sending the same dossier."""

    client_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Nơi tiếp nhận"), empty_label=None)
    channel = forms.ChoiceField(
        label=_("Hình thức nộp"),
        choices=[(Channel.COUNTER.value, Channel.COUNTER.label), (Channel.POST.value, Channel.POST.label)],
        initial=Channel.COUNTER.value,
        widget=forms.RadioSelect,
    )
    case = forms.ModelChoiceField(ProcedureCase.objects.none(), label=_("Trường hợp"), empty_label=None)
    delivery = forms.ChoiceField(
        label=pgettext_lazy("delivery", "Nhận kết quả"),
        choices=[
            (Delivery.COUNTER.value, Delivery.COUNTER.label),
            (Delivery.POST.value, Delivery.POST.label),
        ],
        initial=Delivery.COUNTER.value,
        widget=forms.RadioSelect,
    )

    def __init__(self, version: ProcedureVersion, units: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices("unit", units)
        if version.cases.exists():
            self._choices("case", version.cases.all())
        else:
            del self.fields["case"]

    def _choices(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = rows


class PaperForm(forms.Form):
    """One paper of the checklist: received or not, with its scans, or given again from what is on file."""

    received = forms.BooleanField(required=False)
    scan = forms.FileField(required=False, label=_("Bản quét"))
    again = forms.MultipleChoiceField(
        required=False, label=_("Đã có trong hồ sơ trước"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, document: RequiredDocument, data: Any = None, files: Any = None, on_file: Sequence[Item] = ()
    ) -> None:
        super().__init__(data, files, prefix=f"paper-{document.pk}")
        self.document = document
        self.on_file = {item.key: item for item in on_file}
        self.fields["received"].label = document.name
        again = self.fields["again"]
        assert isinstance(again, forms.MultipleChoiceField)  # noqa: S101 - declared above
        again.choices = [(item.key, f"{item.title} – {item.source}") for item in on_file]

    @property
    def given(self) -> bool:
        """Whether the paper is there, on paper or on file."""
        return bool(self.cleaned_data.get("received") or self.cleaned_data.get("again"))

    def paper(self) -> Paper | None:
        """The paper when it is there."""
        if not self.given:
            return None
        scan = self.cleaned_data.get("scan")
        again = tuple(self.on_file[key] for key in self.cleaned_data.get("again", ()))
        return Paper(self.document, (scan,) if scan else (), again)


def person(data: Any) -> User:
    """The filer as an unsaved account, so that the form's own prefill rules apply to a walk-in too."""
    return User(
        full_name=data.get("name", ""),
        id_number=digits(data.get("id_number", "")),
        phone=data.get("phone", ""),
        address_line=data.get("address", ""),
        commune=_commune(data.get("address", "")),
        gender=data.get("gender", ""),
        date_of_birth=data.get("date_of_birth") or None,
    )


def _commune(address: str) -> Unit | None:
    """The unit of today an address names by its former ward, as old cards have it; None when that is not sure."""
    found = in_address(address)
    return Unit.objects.filter(code=found.code).first() if found and found.code else None
