"""Fields of administration: one name each, and a ward's headings mapped to official fields where sure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.text import slugify

from portal.lib.text import fold
from procedures.importing.build.names import clean

# Headings of a ward's notice list: sectors, not fields.
HEADINGS = {
    "Công Thương": "Công Thương",
    "Y Tế": "Y tế",
    "Y tế": "Y tế",
    "Nội vụ": "Nội vụ",
    "Giáo dục và Đào tạo": "Giáo dục và Đào tạo",
    "Dân tộc tôn giáo": "Dân tộc và Tôn giáo",
    "Văn hoá thể thao và Du lịch": "Văn hóa, Thể thao và Du lịch",
    "Thanh tra": "Thanh tra",
    "Nông nghiệp và Môi trường": "Nông nghiệp và Môi trường",
    "Tài chính": "Tài chính",
    "Xây dựng": "Xây dựng",
}
# Heading, words of the title (folded), the official field they belong to. Only what leaves no doubt.
_MAPPED = (
    ("Công Thương", r"\bhoa chat\b", "Hóa chất"),
    (
        "Công Thương",
        r"vat lieu no cong nghiep|tien chat thuoc no",
        "Vật liệu nổ công nghiệp, tiền chất thuốc nổ",
    ),
    ("Y tế", r"an toan thuc pham|\battp\b|ban cong bo san pham", "An toàn thực phẩm"),
    ("Y tế", r"hanh nghe duoc|kinh doanh duoc|\bthuoc\b.*(luu hanh|kiem soat dac biet)", "Dược phẩm"),
    ("Y tế", r"\btre em\b", "Trẻ em"),
    ("Y tế", r"te nan xa hoi|nan nhan bi mua ban|ho tro nan nhan", "Phòng, chống tệ nạn xã hội"),
    ("Nội vụ", r"liet si|nguoi co cong|thuong binh|khang chien", "Người có công"),
    (
        "Nội vụ",
        r"\b(lap|nhap|tach|giai the|doi ten|dieu le|dai hoi).* (hoi|quy)\b",
        "Quản lý nhà nước về hội, quỹ",
    ),
    ("Nội vụ", r"quy tu thien|quy xa hoi", "Quản lý nhà nước về hội, quỹ"),
    ("Nội vụ", r"\bviec lam\b", "Việc làm"),
    ("Dân tộc và Tôn giáo", r"ton giao|tin nguong", "Tín ngưỡng, tôn giáo"),
    ("Giáo dục và Đào tạo", r"mam non|mau giao|nha tre", "Giáo dục mầm non"),
    ("Văn hóa, Thể thao và Du lịch", r"\bdi san\b|di tich", "Di sản văn hóa"),
    ("Thanh tra", r"khieu nai|to cao|tiep cong dan|xu ly don", "Khiếu nại, tố cáo"),
)
_RENAMED = {
    "Đầu tư tại Việt nam": "Đầu tư tại Việt Nam",
    "Kiểm định kỹ thuật an toàn lao động": "Kiểm định kỹ thuật an toàn lao động",
    "Tổ chức cai nghiên ma túy và quản lý sau cai nghiện": "Tổ chức cai nghiện ma túy và quản lý sau cai nghiện",
}
# Four rows came without a field; two of them leave no doubt.
_BY_CODE = {"1.009873": "Việc làm", "1.001392": "Tiêu chuẩn đo lường chất lượng"}
UNCLASSIFIED = "Chưa phân loại"
_MINISTRY = re.compile(r"\s*\((?:Bộ .*|Dân tộc và Tôn giáo)\)$")


@dataclass(frozen=True)
class FieldName:
    """A field as our catalogue names it."""

    name: str
    is_official: bool

    @property
    def code(self) -> str:
        """A slug of at most 80 letters."""
        return slugify(fold(self.name))[:80].strip("-")


def field_of(code: str, title: str, name: str, is_official: bool) -> FieldName:
    """The field of a procedure."""
    name = _MINISTRY.sub("", clean(name))
    if not name:
        known = _BY_CODE.get(code)
        return FieldName(known or UNCLASSIFIED, known is not None)
    if is_official and name != "Nông nghiệp và Môi trường":
        return FieldName(_RENAMED.get(name, name), True)
    heading = HEADINGS[name]
    folded = fold(title)
    for owner, words, official in _MAPPED:
        if owner == heading and re.search(words, folded):
            return FieldName(official, True)
    return FieldName(heading, False)
