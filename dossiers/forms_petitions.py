"""Forms of feedback and petitions: the sender's and the office's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dossiers.actions.petitions import LONGEST, Sender
from dossiers.forms_citizen import FilesField, UnitField
from dossiers.models import PetitionCategory, PetitionChannel
from portal.accounts.models import Unit, UnitKind
from portal.lib.forms import PhoneField

if TYPE_CHECKING:
    from portal.accounts.models import User

RECORDED = [each for each in PetitionChannel if each != PetitionChannel.PORTAL]
REQUIRED_TEXT = {"required": _("Xin viết nội dung.")}


def addressees() -> Any:
    """Units a petition can be about: whoever receives or decides dossiers."""
    kinds = [UnitKind.COMMUNE, UnitKind.CENTRE, UnitKind.BRANCH, UnitKind.DEPARTMENT]
    return Unit.objects.filter(kind__in=kinds).order_by("kind", "sort_key")


class PetitionForm(forms.Form):
    """What a petition says: about whom, what, by whom (name, telephone and address: NĐ 20/2008/NĐ-CP art. 8)."""

    category = forms.ChoiceField(
        label=_("Việc phản ánh"),
        choices=PetitionCategory.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Cần chọn việc phản ánh.")},
    )
    unit = UnitField(
        label=_("Đơn vị được phản ánh"),
        queryset=Unit.objects.none(),
        empty_label=_("— Chọn —"),
        error_messages={"required": _("Cần chọn đơn vị được phản ánh.")},
    )
    dossier_code = forms.CharField(
        label=_("Mã hồ sơ liên quan (nếu có)"), required=False, max_length=60, strip=True
    )
    text = forms.CharField(
        label=_("Nội dung"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("Việc gì, ở đâu, khi nào; không cần nêu bí mật riêng tư."),
        error_messages=REQUIRED_TEXT,
    )
    attachments = FilesField(
        label=_("Tệp kèm theo (nếu có)"), help_text=_("PDF, JPG hoặc PNG; tối đa 3 tệp."), required=False
    )
    name = forms.CharField(
        label=_("Họ và tên"), max_length=150, error_messages={"required": _("Cần ghi họ và tên.")}
    )
    phone = PhoneField(label=_("Số điện thoại"), error_messages={"required": _("Cần ghi số điện thoại.")})
    address = forms.CharField(
        label=_("Địa chỉ liên hệ"), max_length=250, error_messages={"required": _("Cần ghi địa chỉ liên hệ.")}
    )
    email = forms.EmailField(
        label=_("Thư điện tử (nếu có)"),
        required=False,
        error_messages={"invalid": _("Địa chỉ thư điện tử chưa đúng.")},
    )
    client_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, UnitField)  # noqa: S101 - declared above
        field.queryset = addressees()

    def sender(self) -> Sender:
        """Who sends it."""
        data = self.cleaned_data
        return Sender(data["name"], data["phone"], data["address"], data["email"])


class RecordForm(PetitionForm):
    """The same written down by an officer, with the way it came."""

    channel = forms.ChoiceField(
        label=_("Nhận qua"),
        choices=[(each.value, each.label) for each in RECORDED],
        initial=PetitionChannel.PHONE,
    )


class ReplyForm(forms.Form):
    """Words for the sender; `unit` where a petition is handed on, two texts where it is published."""

    text = forms.CharField(
        label=_("Nội dung"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages=REQUIRED_TEXT,
    )


class ForwardForm(ReplyForm):
    """Where to, and why."""

    unit = UnitField(
        label=_("Chuyển đến"),
        queryset=Unit.objects.none(),
        empty_label=_("— Chọn —"),
        error_messages={"required": _("Cần chọn nơi chuyển đến.")},
    )
    field_order = ["unit", "text"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, UnitField)  # noqa: S101 - declared above
        field.queryset = addressees()
        self.fields["text"].label = _("Lý do chuyển")


class PublishForm(forms.Form):
    """What everybody will read, without anything that tells who asked."""

    question = forms.CharField(
        label=_("Câu hỏi được công khai"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages=REQUIRED_TEXT,
    )
    answer = forms.CharField(
        label=_("Câu trả lời được công khai"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages=REQUIRED_TEXT,
    )


def of_account(user: User) -> dict[str, str]:
    """What the account already knows about a sender."""
    return {"name": user.full_name, "phone": user.phone, "email": user.email, "address": user.address_line}
