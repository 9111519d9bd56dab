"""The e-form part of a document: sections, questions, groups, and whose dossier it is. A table."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from procedures import form_schema
from procedures.editor import choices
from procedures.editor.columns import Column, bilingual
from procedures.editor.node import WHEN, Node

_LOOKS, _RULES_OF, _SPECIAL = (
    _("Cách hiện"),
    _("Kiểm tra câu trả lời"),
    _("Giá trị tự tính, điền sẵn, nhóm lặp"),
)
_FIELD_COLUMNS = (
    *bilingual("label", _("Nhãn")),
    Column("name", _("Tên (a–z, 0–9, _)"), width="20"),
    Column("type", _("Kiểu"), "choice", choices=choices.kinds),
    Column("required", _("Bắt buộc"), "flag", default=False),
    *bilingual("help", _("Giải thích"), "long"),
    Column(
        "options",
        _("Các lựa chọn"),
        "rows",
        _("Mỗi lựa chọn một dòng: mã | tiếng Việt | tiếng Anh."),
        keys=("code", "vi", "en"),
        default=[],
    ),
    Column("options_from", _("Hoặc danh sách dùng chung"), "choice", choices=choices.lists, default=""),
    Column("visible_when", _("Chỉ hỏi khi"), "json", WHEN),
    Column("required_when", _("Bắt buộc khi"), "json", WHEN),
    Column(
        "width",
        _("Độ rộng"),
        "choice",
        choices=choices.of(*((each, each) for each in ("4", "8", "12", "20", "full"))),
        default="",
        group=_LOOKS,
    ),
    Column(
        "style",
        _("Cách chọn"),
        "choice",
        choices=choices.of(("radio", _("nút tròn")), ("select", _("danh sách thả"))),
        default="",
        group=_LOOKS,
    ),
    Column("inline", _("Các lựa chọn trên một hàng"), "flag", default=False, group=_LOOKS),
    *bilingual("unit", _("Đơn vị sau ô"), group=_LOOKS),
    Column("check.min", _("Nhỏ nhất"), "int", group=_RULES_OF, width="12"),
    Column("check.max", _("Lớn nhất"), "int", group=_RULES_OF, width="12"),
    Column("check.min_length", _("Ít nhất (ký tự)"), "int", group=_RULES_OF, width="4"),
    Column("check.max_length", _("Nhiều nhất (ký tự)"), "int", group=_RULES_OF, width="4"),
    Column("check.regex", _("Biểu thức chính quy"), group=_RULES_OF),
    *bilingual("check.regex_message", _("Câu báo khi không khớp"), group=_RULES_OF),
    Column("check.not_future", _("Không sau hôm nay"), "flag", default=False, group=_RULES_OF),
    Column("check.before", _("Trước ngày ở câu"), "choice", choices=choices.fields, group=_RULES_OF),
    Column(
        "check.not_before", _("Không trước ngày ở câu"), "choice", choices=choices.fields, group=_RULES_OF
    ),
    Column("check.min_age", _("Đủ tuổi"), "int", group=_RULES_OF, width="4"),
    *bilingual("check.age_message", _("Câu báo khi chưa đủ tuổi"), group=_RULES_OF),
    Column("check.other_than", _("Khác câu"), "choice", choices=choices.fields, group=_RULES_OF),
    Column(
        "accepts",
        _("Nhận loại số"),
        "many",
        choices=choices.of(
            ("personal", _("số định danh")), ("old", _("CMND 9 số")), ("passport", _("hộ chiếu"))
        ),
        default=["personal"],
        group=_RULES_OF,
    ),
    Column("matches.born", _("So ngày sinh với câu"), "choice", choices=choices.fields, group=_RULES_OF),
    Column("matches.gender", _("So giới tính với câu"), "choice", choices=choices.fields, group=_RULES_OF),
    Column(
        "value",
        _("Công thức (JSON)"),
        "json",
        _('Ví dụ {"mul": [{"field": "pages"}, 2]}; chỉ dùng câu đứng trước.'),
        group=_SPECIAL,
    ),
    Column("shown", _("Hiện giá trị tự tính"), "flag", default=True, group=_SPECIAL),
    Column(
        "prefill", _("Điền sẵn từ tài khoản"), "choice", choices=choices.prefills, default="", group=_SPECIAL
    ),
    Column(
        "prefill_for",
        _("Chỉ điền cho"),
        "choice",
        choices=choices.of(("male", _("nam")), ("female", _("nữ"))),
        default="",
        group=_SPECIAL,
    ),
    *bilingual("row_title", _("Tên một dòng của nhóm"), group=_SPECIAL),
    Column("min_rows", _("Ít nhất số dòng"), "int", default=0, group=_SPECIAL, width="4"),
    Column("max_rows", _("Nhiều nhất số dòng"), "int", default=20, group=_SPECIAL, width="4"),
    Column(
        "sensitivity",
        _("Mức nhạy cảm"),
        "choice",
        choices=choices.of(("public", _("công khai")), ("basic", _("cơ bản")), ("sensitive", _("nhạy cảm"))),
        default="basic",
        group=_SPECIAL,
    ),
    Column(
        "reuse",
        _("Dùng lại câu trả lời cũ"),
        "choice",
        choices=choices.of(("never", _("không bao giờ"))),
        default="",
        group=_SPECIAL,
    ),
    Column("national", _("Mã trường quốc gia"), default="", group=_SPECIAL),
    Column("concept", _("Mã trong từ điển dữ liệu"), default="", group=_SPECIAL),
)


def _label(node: dict[str, Any]) -> str:
    return f"{choices.vi(node.get('label'))} ({node.get('name', '')})"


def _title(node: dict[str, Any]) -> str:
    return choices.vi(node.get("title"))


INNER = Node(
    "fields", _("Câu hỏi của nhóm"), _("câu của nhóm"), _FIELD_COLUMNS, form_schema.FieldSpec, label=_label
)
FIELDS = Node(
    "fields",
    _("Câu hỏi"),
    _("câu hỏi"),
    _FIELD_COLUMNS,
    form_schema.FieldSpec,
    children=(INNER,),
    label=_label,
)
SECTIONS = Node(
    "sections",
    _("Phần của tờ khai"),
    _("phần"),
    (
        *bilingual("title", _("Tên phần")),
        Column("code", _("Mã"), width="20"),
        *bilingual("hint", _("Lời dẫn"), "long"),
        Column("visible_when", _("Chỉ hỏi khi"), "json", WHEN),
    ),
    form_schema.Section,
    children=(FIELDS,),
    label=_title,
)
FORM = Node(
    "form",
    _("Tờ khai điện tử"),
    _("chủ hồ sơ"),
    (
        Column("owner.name", _("Họ tên chủ hồ sơ ở câu"), "choice", choices=choices.fields),
        Column("owner.id_number", _("Số giấy tờ ở câu"), "choice", choices=choices.fields),
        Column("owner.phone", _("Điện thoại ở câu"), "choice", choices=choices.fields),
        Column("owner.email", _("Thư điện tử ở câu"), "choice", choices=choices.fields),
        Column("owner.organisation", _("Là tổ chức khi có câu"), "choice", choices=choices.fields),
        Column("owner.address", _("Địa chỉ ở các câu"), "lines", _("Mỗi dòng tên một câu."), default=[]),
    ),
    form_schema.Owner,
    "owner",
    children=(SECTIONS,),
)
