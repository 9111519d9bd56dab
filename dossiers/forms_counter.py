"""Forms of the counter."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dossiers.actions.counter import Desk, Paper
from dossiers.actions.filing import Party
from dossiers.actions.transfers import Destination
from dossiers.forms_citizen import UnitField
from dossiers.models import ActingAs, Ground, IntakePlace
from dossiers.places import destinations
from dossiers.states import Delivery
from dossiers.store import Item
from portal.accounts.former import in_address
from portal.accounts.models import Unit, UnitKind, User
from portal.lib.forms import DayField, PhoneField
from portal.lib.identity import digits, read_personal_number
from procedures.models import Channel, OnlineLevel, ProcedureCase, ProcedureVersion, RequiredDocument

NONE = ("", _("Không"))


def card_field() -> forms.CharField:
    """The field a scanner types into, or an officer."""
    return forms.CharField(
        label=_("Quét mã QR trên thẻ căn cước"),
        required=False,
        max_length=600,
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
        help_text=_("Đặt con trỏ vào ô này rồi quét thẻ; hoặc gõ thông tin ở các ô dưới."),
    )


class FilerForm(forms.Form):
    """The person at the counter: a card, a passport or a number typed; never an e-identity."""

    name = forms.CharField(label=_("Họ và tên người nộp"), max_length=250)
    id_number = forms.CharField(label=_("Số căn cước hoặc hộ chiếu"), max_length=20, required=False)
    phone = PhoneField(label=_("Số điện thoại"), required=False)
    address = forms.CharField(label=_("Địa chỉ"), max_length=400, required=False)
    acting = forms.ChoiceField(
        label=_("Tư cách nộp"), choices=ActingAs, initial=ActingAs.SELF.value, required=False
    )
    filer_relation = forms.CharField(
        label=_("Quan hệ, chức vụ hoặc nơi hỗ trợ"),
        max_length=200,
        required=False,
        help_text=_("Ví dụ: mẹ của chủ hồ sơ; giám đốc công ty; tên đại lý."),
    )
    basis_number = forms.CharField(
        label=_("Số văn bản uỷ quyền hoặc mã đại lý"), max_length=60, required=False
    )
    basis_date = DayField(label=_("Ngày của văn bản uỷ quyền"), required=False, past=True)

    def clean_id_number(self) -> str:
        """Twelve digits when it is all digits; a passport number otherwise."""
        text: str = self.cleaned_data["id_number"].strip().upper()
        number = digits(text)
        if text and text.replace(" ", "").isdigit() and read_personal_number(number) is None:
            raise forms.ValidationError(_("Số định danh cá nhân gồm đúng 12 chữ số."))
        return number if text.replace(" ", "").isdigit() else text

    def clean(self) -> dict[str, Any]:
        """Whoever files for somebody else says by what right."""
        data = self.cleaned_data
        acting = data.get("acting") or ActingAs.SELF
        if acting == ActingAs.AUTHORISED and not data.get("basis_number"):
            self.add_error("basis_number", _("Ghi số và ngày của văn bản uỷ quyền."))
        if acting == ActingAs.AUTHORISED and not data.get("basis_date") and not self.has_error("basis_date"):
            self.add_error("basis_date", _("Ghi số và ngày của văn bản uỷ quyền."))
        if acting == ActingAs.AGENT and not data.get("basis_number"):
            self.add_error("basis_number", _("Ghi mã của đại lý dịch vụ công."))
        if acting in {ActingAs.RELATIVE, ActingAs.LEGAL} and not data.get("filer_relation"):
            self.add_error("filer_relation", _("Ghi quan hệ với chủ hồ sơ hoặc chức vụ."))
        return data

    @property
    def for_another(self) -> bool:
        """Whether the person says to file for somebody else."""
        return (self.cleaned_data.get("acting") or ActingAs.SELF) != ActingAs.SELF

    def party(self) -> Party:
        """The filer as given."""
        data = self.cleaned_data
        return Party(
            name=data["name"],
            id_number=data["id_number"],
            phone=data["phone"],
            address=data["address"],
            relation=data["filer_relation"],
            acting=data["acting"] or ActingAs.SELF.value,
            basis_number=data["basis_number"],
            basis_date=data["basis_date"],
        )


def channels(version: ProcedureVersion) -> list[tuple[str, Any]]:
    """How a counter takes a dossier of this procedure; online, with the officer's help, where it can be filed so."""
    found = [(Channel.COUNTER.value, Channel.COUNTER.label), (Channel.POST.value, Channel.POST.label)]
    if version.online_level != OnlineLevel.COUNTER:
        found.append((Channel.ONLINE.value, _("Trực tuyến, cán bộ hỗ trợ nhập")))
    return found


class IntakeForm(forms.Form):
    """Where, how, which case. `client_key` makes a second sending the same dossier."""

    client_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Nơi tiếp nhận"), empty_label=None)
    channel = forms.ChoiceField(
        label=_("Hình thức nộp"), initial=Channel.COUNTER.value, widget=forms.RadioSelect
    )
    case = forms.ModelChoiceField(
        ProcedureCase.objects.none(), label=_("Trường hợp"), empty_label=None, widget=forms.RadioSelect
    )
    competent = UnitField(
        Unit.objects.none(),
        label=_("Đơn vị giải quyết"),
        help_text=_("Để trống nếu nơi tiếp nhận giải quyết; chọn đơn vị khác thì hồ sơ được chuyển đi ngay."),
        required=False,
        empty_label=_("Theo nơi tiếp nhận"),
    )
    on_paper = forms.BooleanField(label=_("Giấy tờ gốc chuyển theo danh sách"), required=False)
    delivery = forms.ChoiceField(
        label=pgettext_lazy("delivery", "Nhận kết quả"),
        choices=[
            (Delivery.COUNTER.value, Delivery.COUNTER.label),
            (Delivery.POST.value, Delivery.POST.label),
        ],
        initial=Delivery.COUNTER.value,
        widget=forms.RadioSelect,
    )
    met_at = forms.ChoiceField(
        label=_("Nơi gặp người nộp"), choices=IntakePlace, initial=IntakePlace.DESK.value, required=False
    )
    served_as = forms.ChoiceField(
        label=_("Diện phục vụ ưu tiên"), choices=[NONE, *Ground.choices], required=False
    )

    def __init__(self, version: ProcedureVersion, units: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.version = version
        self._choices("unit", units)
        self._choices("competent", destinations(version))
        channel = self.fields["channel"]
        assert isinstance(channel, forms.ChoiceField)  # noqa: S101 - declared above
        channel.choices = channels(version)
        if version.cases.exists():
            self._choices("case", version.cases.all())
        else:
            del self.fields["case"]

    def clean_competent(self) -> Unit | None:
        """Received where it is not decided, the competent unit must be known."""
        competent: Unit | None = self.cleaned_data["competent"]
        unit, procedure = self.cleaned_data.get("unit"), self.version.procedure
        if unit is None or competent is not None:
            return competent
        at_commune = unit.kind == UnitKind.COMMUNE
        if at_commune and not procedure.at_commune:
            competent = procedure.department
        if competent is None and procedure.at_commune != at_commune and not procedure.at_province:
            raise forms.ValidationError(_("Thủ tục của xã, phường: xin chọn xã, phường giải quyết."))
        return competent

    def sent(self) -> Destination | None:
        """Where the dossier goes at once; None when the receiving unit or its department decides."""
        competent = self.cleaned_data["competent"]
        if competent is None or competent == self.cleaned_data["unit"]:
            return None
        return Destination(competent, on_paper=self.cleaned_data["on_paper"])

    def _choices(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = rows

    def clean(self) -> dict[str, Any]:
        """Serving somebody at home has a reason."""
        data = self.cleaned_data
        if data.get("met_at") == IntakePlace.HOME and not data.get("served_as"):
            self.add_error("served_as", _("Phục vụ tại nhà: chọn diện của người được phục vụ."))
        return data

    def desk(self, started_at: Any) -> Desk:
        """How the officer met the person."""
        data = self.cleaned_data
        return Desk(started_at, data.get("met_at") or IntakePlace.DESK.value, data.get("served_as") or "")


class PaperState:
    """What an officer says of a paper, each with its key."""

    ORIGINAL, COPY, CERTIFIED, MISSING = "original", "copy", "certified", "missing"
    CHOICES = (
        (ORIGINAL, _("Đã nhận")),
        (COPY, _("Bản chụp, đã đối chiếu")),
        (CERTIFIED, _("Bản sao chứng thực")),
        (MISSING, _("Thiếu")),
    )
    KEYS = {ORIGINAL: " ", COPY: "c", CERTIFIED: "t", MISSING: "x"}


class PaperForm(forms.Form):
    """One paper of the checklist: how it was received, how many, its scan, or given again from what is on file."""

    state = forms.ChoiceField(required=False, choices=PaperState.CHOICES, widget=forms.RadioSelect)
    count = forms.IntegerField(label=_("Số bản"), required=False, min_value=1, max_value=999)
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
        self.fields["state"].label = document.name
        self.fields["count"].initial = max(document.originals, document.copies, 1)
        again = self.fields["again"]
        assert isinstance(again, forms.MultipleChoiceField)  # noqa: S101 - declared above
        again.choices = [(item.key, f"{item.title} – {item.source}") for item in on_file]

    @cached_property
    def keys(self) -> list[dict[str, Any]]:
        """The choices with their keys, for the page."""
        chosen = self["state"].value()
        return [
            {"value": value, "label": label, "key": PaperState.KEYS[value], "chosen": chosen == value}
            for value, label in PaperState.CHOICES
            if not (self.document.shown_only and value in {PaperState.COPY, PaperState.CERTIFIED})
        ]

    @property
    def given(self) -> bool:
        """Whether the paper is there, on paper or on file."""
        state = self.cleaned_data.get("state", "")
        if state == PaperState.MISSING:
            return False
        return bool(state or self.cleaned_data.get("again") or self.cleaned_data.get("scan"))

    @property
    def has_file(self) -> bool:
        """Whether there is a file of it: a scan made now, or one on file."""
        return bool(self.cleaned_data.get("again") or self.cleaned_data.get("scan"))

    def paper(self) -> Paper | None:
        """The paper when it is there."""
        if not self.given:
            return None
        scan = self.cleaned_data.get("scan")
        again = tuple(self.on_file[key] for key in self.cleaned_data.get("again", ()))
        return Paper(self.document, (scan,) if scan else (), again, self._counts())

    def _counts(self) -> tuple[int, int, int] | None:
        """Originals, certified and plain copies; as the list says when nothing else was said."""
        state = self.cleaned_data.get("state", "")
        said = self.cleaned_data.get("count")
        count = said or self.fields["count"].initial
        if state == PaperState.COPY:
            return 0, 0, count
        if state == PaperState.CERTIFIED:
            return 0, count, 0
        if not state:
            return 0, 0, 0  # only a file
        if self.document.originals or not self.document.copies:
            return count, 0, self.document.copies
        return 0, 0, count


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
