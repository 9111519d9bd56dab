"""Forms of the citizen's side that are not e-forms."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from dossiers.states import Delivery
from portal.accounts.models import Unit, UnitKind
from portal.lib import clock
from procedures import levels
from procedures.models import OfferLevel, ProcedureCase, ProcedureVersion, UnitLevel

OFFERED = (Delivery.ONLINE, Delivery.COUNTER)


class StartForm(forms.Form):
    """Which case of the procedure it is; nothing is asked when there are none. `wanted`: the code already led to."""

    def __init__(self, cases: list[ProcedureCase], data: Any = None, wanted: str = "") -> None:
        super().__init__(data)
        self.cases = {str(case.pk): case for case in cases}
        if cases:
            self.fields["case"] = forms.ChoiceField(
                initial=next((key for key, case in self.cases.items() if case.code == wanted), None),
                label=_("Trường hợp của bạn"),
                choices=[(key, case.title) for key, case in self.cases.items()],
                widget=forms.RadioSelect,
                error_messages={"required": _("Cần chọn trường hợp của bạn.")},
            )

    @property
    def case(self) -> ProcedureCase | None:
        """The chosen case of a valid form."""
        return self.cases.get(self.cleaned_data.get("case", ""))


class UnitField(forms.ModelChoiceField):
    """Units by their full names, grouped when there are both communes and branches of the Centre.

    `closed`: the units that do not take the procedure online today, each with the order that says so.
    """

    closed: dict[int, UnitLevel] = {}

    def label_from_instance(self, obj: Any) -> str:
        """The name with its kind, and what one should know before choosing it."""
        row = self.closed.get(obj.pk)
        return f"{obj.full_name} – {row.get_level_display().lower()}" if row else str(obj.full_name)


class PlaceForm(forms.Form):
    """Where the dossier goes and how the result comes back."""

    unit = UnitField(
        label=_("Nơi tiếp nhận hồ sơ"),
        queryset=Unit.objects.none(),
        empty_label=_("— Chọn —"),
        error_messages={"required": _("Cần chọn nơi tiếp nhận hồ sơ.")},
    )
    delivery = forms.ChoiceField(
        label=_("Cách nhận kết quả"),
        choices=[(each.value, each.label) for each in OFFERED],
        widget=forms.RadioSelect,
        error_messages={"required": _("Cần chọn cách nhận kết quả.")},
    )

    def __init__(self, version: ProcedureVersion, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        field = cast("UnitField", self.fields["unit"])
        field.queryset = receiving_units(version)
        field.widget.attrs["data-filter"] = "1"
        field.closed = levels.closed_units(version, clock.today())

    def clean_unit(self) -> Unit:
        """A unit that takes the procedure online today; the reason otherwise."""
        unit: Unit = self.cleaned_data["unit"]
        row = cast("UnitField", self.fields["unit"]).closed.get(unit.pk)
        if row is not None:
            said = levels.said_none(row) if row.level == OfferLevel.NONE else levels.said_counter(row)
            raise forms.ValidationError(said)
        return unit


def open_online(version: ProcedureVersion) -> bool:
    """Whether at least one unit takes the procedure online today."""
    closed = levels.closed_units(version, clock.today())
    return not closed or receiving_units(version).exclude(pk__in=closed).exists()


def receiving_units(version: ProcedureVersion) -> Any:
    """Units that may take a dossier of this version: communes, and the Centre's branches for the city's own."""
    procedure = version.procedure
    kinds = [UnitKind.COMMUNE] if procedure.at_commune or version.any_commune else []
    if procedure.at_province or not kinds:
        kinds.append(UnitKind.BRANCH)
    return Unit.objects.filter(kind__in=kinds).valid_on(clock.today()).order_by("kind", "sort_key")


class DeclarationForm(forms.Form):
    """The declaration on the last page."""

    declared = forms.BooleanField(
        label=_(
            "Tôi cam đoan những nội dung đã khai và giấy tờ đã gửi là đúng sự thật, "
            "và chịu trách nhiệm trước pháp luật về nội dung đó."
        ),
        error_messages={"required": _("Cần đánh dấu lời cam đoan trước khi nộp.")},
    )


class WithdrawForm(forms.Form):
    """Why a dossier is taken back."""

    reason = forms.CharField(
        label=_("Lý do rút hồ sơ"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Cần ghi lý do rút hồ sơ.")},
    )


class FilesInput(forms.ClearableFileInput):
    """A control for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; each is checked by the action that keeps it."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:  # noqa: ARG002 - Django's own signature
        """The list of files as given."""
        return data


class MessageForm(forms.Form):
    """A message to the other side of a dossier."""

    text = forms.CharField(
        label=_("Tin nhắn"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Xin viết nội dung tin nhắn.")},
    )
    attachments = FilesField(
        label=_("Tệp kèm theo (nếu có)"),
        help_text=_("PDF, JPG hoặc PNG; chọn được nhiều tệp."),
        required=False,
    )
    client_key = forms.UUIDField(widget=forms.HiddenInput)


class TrackForm(forms.Form):
    """A code and the second factor that proves the person has to do with the dossier."""

    code = forms.CharField(
        label=_("Mã hồ sơ"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Cần điền mã hồ sơ.")},
    )
    digits = forms.RegexField(
        r"^\d{4}$",
        label=_("4 số cuối của số định danh hoặc số điện thoại"),
        help_text=_("Của người nộp hoặc chủ hồ sơ, như đã khai khi nộp."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "4"}),
        error_messages={"required": _("Cần điền 4 số cuối."), "invalid": _("Cần đúng 4 chữ số.")},
    )

    def clean_code(self) -> str:
        """The code as it is stored, however it was typed."""
        return "".join(str(self.cleaned_data["code"]).split()).upper()
