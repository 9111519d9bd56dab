"""The living style page: every component with sample data, in both languages."""

import datetime

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import DayField, PersonalNumberField
from portal.lib.icons import ICONS
from portal.lib.reads_writes import public, reads

SAMPLE_MOMENT = datetime.datetime(2026, 11, 24, 3, 15, tzinfo=datetime.UTC)


class SampleForm(forms.Form):
    """One field of each kind."""

    full_name = forms.CharField(label=_("Họ và tên"), help_text=_("Viết có dấu, như trên giấy tờ."))
    number = PersonalNumberField(label=_("Số định danh cá nhân"))
    born = DayField(label=_("Ngày sinh"), past=True)
    copies = forms.IntegerField(label=_("Số bản sao"), min_value=1, max_value=20, required=False)
    place = forms.ChoiceField(
        label=_("Nơi nhận kết quả"),
        choices=[("", _("Chọn nơi nhận")), ("counter", _("Tại quầy")), ("post", _("Qua bưu chính"))],
    )
    gender = forms.ChoiceField(
        label=_("Giới tính"), choices=[("male", _("Nam")), ("female", _("Nữ"))], widget=forms.RadioSelect
    )
    papers = forms.MultipleChoiceField(
        label=_("Giấy tờ mang theo"),
        choices=[("id", _("Căn cước")), ("birth", _("Giấy chứng sinh"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    scan = forms.FileField(
        label=_("Bản chụp giấy tờ"), help_text=_("PDF, JPG hoặc PNG, tối đa 10 MB."), required=False
    )
    note = forms.CharField(label=_("Ghi chú"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    sure = forms.BooleanField(label=_("Tôi cam đoan nội dung khai là đúng."))


@public
@reads
def page(request: HttpRequest) -> HttpResponse:
    """Shows each component; the first form is empty, the second has errors."""
    wrong = SampleForm(
        {"full_name": "", "number": "0012", "born": "31/02/2026", "copies": "99"}, prefix="wrong"
    )
    context = {
        "form": SampleForm(),
        "wrong": wrong,
        "page": Paginator(range(200), 20).page(4),
        "moment": SAMPLE_MOMENT,
        "icons": list(ICONS),
        "steps": [_("Người khai"), _("Người được khai"), _("Giấy tờ"), _("Xem lại")],
        "tones": ["neutral", "info", "progress", "good", "warn", "bad"],
        "tiles": [
            ("Ba Đình", 1),
            ("Hoàn Kiếm", 2),
            ("Cửa Nam", 3),
            ("Ngọc Hà", 4),
            ("Giảng Võ", 5),
            ("Đông Anh", None),
        ],
    }
    return render(request, "design.html", context)
