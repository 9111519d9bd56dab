"""What a document is made of: its parts, their columns, and which model checks them. A table; see `tree.py`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from procedures import cases as case_tree
from procedures.editor import choices
from procedures.editor.columns import Column, bilingual
from procedures.editor.form_nodes import FIELDS, FORM, SECTIONS
from procedures.editor.node import WHEN, Node
from procedures.importing import configured_file as file

_CASE = Column("case", _("Trường hợp"), "choice", _("Để trống: mọi trường hợp."), choices.cases, default="")

RULES = Node(
    "rules",
    _("Quyết định, mức độ, cách tính hạn"),
    _("thông tin chung"),
    (
        Column("decision", _("Số quyết định công bố")),
        Column("decision_date", _("Ngày ký quyết định"), "day", width="12"),
        Column("basis", _("Căn cứ pháp lý"), "lines", _("Mỗi văn bản một dòng, số và ký hiệu.")),
        Column("rules.online_level", _("Mức độ trực tuyến"), "choice", choices=choices.levels),
        Column("rules.level_reason", _("Lý do của mức độ"), keep=True, default=""),
        Column(
            "rules.clock_start", _("Tính thời hạn"), "choice", choices=choices.clock_starts, default="moment"
        ),
        Column(
            "rules.supplement_restarts_clock", _("Bổ sung hồ sơ thì tính lại từ đầu"), "flag", default=False
        ),
        Column("rules.refusal_by_head", _("Chỉ trưởng đơn vị được từ chối tiếp nhận"), "flag", default=False),
        Column("rules.any_commune", _("Nộp tại bất kỳ xã, phường nào"), "flag", default=False),
        Column("fee_unknown", _("Kênh chưa xác nhận mức thu"), "many", choices=choices.channels, default=[]),
        Column("missing", _("Còn chờ xác nhận"), "many", choices=choices.missing, default=[]),
        Column("source", _("Nguồn"), "long"),
        Column("notes", _("Ghi chú nội bộ"), "lines", _("Không hiện cho người dân.")),
    ),
    file.Rules,
    "rules",
)
CASES = Node(
    "cases",
    _("Trường hợp"),
    _("trường hợp"),
    (Column("code", _("Mã")), Column("title", _("Tên trường hợp"))),
    file.Case,
)


def _text(node: dict[str, Any]) -> str:
    return choices.vi(node.get("text"))


CHOICES = Node(
    "choices",
    _("Câu trả lời"),
    _("câu trả lời"),
    (
        Column("code", _("Mã")),
        *bilingual("text", _("Câu trả lời")),
        Column(
            "ask",
            _("Hỏi tiếp câu"),
            "choice",
            _("Chọn đúng một: hỏi tiếp, trường hợp, hoặc không làm thủ tục này."),
            choices.questions,
        ),
        Column("case", _("Dẫn tới trường hợp"), "case", choices=choices.led),
        *bilingual("stop.reason", _("Không làm thủ tục này vì"), "long"),
        *bilingual("stop.instead", _("Nên làm gì"), "long"),
        Column("stop.procedure", _("Mã thủ tục thay thế"), width="8"),
    ),
    case_tree.Choice,
    label=_text,
)
QUESTIONS = Node(
    "questions",
    _("Câu hỏi chọn trường hợp"),
    _("câu hỏi"),
    (Column("code", _("Mã")), *bilingual("text", _("Câu hỏi")), *bilingual("help", _("Giải thích"), "long")),
    children=(CHOICES,),
    label=_text,
    hint=_("Mỗi câu có ít nhất hai câu trả lời, dẫn tới câu sau, một trường hợp, hoặc thủ tục khác."),
)
PAPERS = Node(
    "papers",
    _("Giấy tờ"),
    _("giấy tờ"),
    (
        Column("name", _("Tên giấy tờ"), "long"),
        Column("code", _("Mã"), width="20"),
        _CASE,
        Column("originals", _("Số bản chính"), "int", default=0, width="4"),
        Column("copies", _("Số bản sao"), "int", default=0, width="4"),
        Column(
            "certified_basis",
            _("Căn cứ yêu cầu bản sao có chứng thực"),
            "text",
            _("Để trống: bản sao thường, đối chiếu với bản chính; không ai được đòi chứng thực."),
        ),
        Column("required", _("Bắt buộc"), "flag", default=True),
        Column("shown_only", _("Chỉ xuất trình, không nộp"), "flag", default=False),
        Column(
            "known_from",
            _("Cơ quan nhà nước đã có trong"),
            "text",
            _("Tên cơ sở dữ liệu hoặc kết quả đã cấp: có thì không phải nộp."),
        ),
        Column(
            "asked_because", _("Vẫn phải nộp vì"), "text", _("Khi nhà nước thường đã có giấy này mà vẫn cần.")
        ),
        Column("hint", _("Hướng dẫn"), "long"),
        Column(
            "template",
            _("Mẫu để tải"),
            "choice",
            _("Lấy từ trang Mẫu giấy tờ; người dân tải về, điền và mang đến."),
            choices=choices.templates,
        ),
        Column("condition", _("Chỉ cần khi"), "json", WHEN),
    ),
    file.Paper,
    hint=_("Danh mục đóng: ngoài các giấy tờ này không ai được yêu cầu thêm."),
)


def _time(node: dict[str, Any]) -> str:
    channel = dict(choices.channels({})).get(node.get("channel", ""), "?")
    unit = dict(choices.units_of_time({})).get(node.get("unit", ""), "?")
    case = f" ({node['case']})" if node.get("case") else ""
    return f"{channel}: {node.get('value', '?')} {unit}{case}"


TIMES = Node(
    "times",
    _("Thời hạn"),
    _("thời hạn"),
    (
        Column("channel", _("Cách nộp"), "choice", choices=choices.channels),
        _CASE,
        Column("value", _("Số"), "int", width="4"),
        Column("unit", _("Đơn vị"), "choice", choices=choices.units_of_time),
        Column("note", _("Ghi chú"), "long"),
        Column("confirmed", _("Đã được thành phố xác nhận"), "flag", default=True),
    ),
    file.Time,
    label=_time,
)
FEES = Node(
    "fees",
    _("Phí, lệ phí"),
    _("khoản thu"),
    (
        Column("name", _("Tên khoản thu")),
        Column("code", _("Mã"), width="20"),
        _CASE,
        Column("kind", _("Loại"), "choice", choices=choices.fee_kinds),
        Column("authority", _("Cơ quan quy định mức"), "choice", choices=choices.fee_authorities),
        Column(
            "channel", _("Cách nộp"), "choice", _("Để trống: mọi cách nộp."), choices.channels, default=""
        ),
        Column(
            "tiers",
            _("Mức thu"),
            "rows",
            _("Mỗi bậc một dòng: đến số | đồng. Bậc cuối ghi * | đồng."),
            keys=("upto", "amount"),
        ),
        Column("quantity_field", _("Tính theo câu"), "choice", choices=choices.counted, default=""),
        Column("copies_field", _("Nhân với số bản ở câu"), "choice", choices=choices.counted, default=""),
        Column("cap", _("Tối đa mỗi bản (đồng)"), "int", width="12"),
        Column("subsidy_percent", _("Thành phố chi trả (%)"), "int", default=0, width="4"),
        Column(
            "exemptions",
            _("Diện miễn"),
            "rows",
            _("Mỗi diện một dòng: mã | tên | mã giấy tờ chứng minh."),
            keys=("code", "name", "proof"),
            default=[],
        ),
        Column("legal_basis", _("Căn cứ")),
        Column("confirmed", _("Đã được thành phố xác nhận"), "flag", default=True),
        Column("valid_from", _("Thu từ ngày"), "day", width="12"),
        Column("valid_to", _("Đến trước ngày"), "day", width="12"),
    ),
    file.Fee,
)
STEPS = Node(
    "steps",
    _("Các bước nội bộ"),
    _("bước"),
    (
        Column("name", _("Tên bước")),
        Column("kind", _("Loại"), "choice", choices=choices.step_kinds),
        _CASE,
        Column("role", _("Người làm"), "choice", choices=choices.step_roles),
        Column("minutes", _("Phút làm việc"), "int", _("480 phút là một ngày làm việc."), width="8"),
        Column(
            "unit",
            _("Mã đơn vị được hỏi"),
            "text",
            _("Chỉ với bước xác minh, khi luôn hỏi một đơn vị."),
            width="8",
            default="",
        ),
        Column("optional", _("Chỉ khi cần"), "flag", default=False),
        Column("pause_basis", _("Căn cứ dừng tính hạn khi chờ")),
    ),
    file.Step,
    label=lambda node: f"{node.get('name', '')} – {node.get('minutes', '?')}′",
)
ROWS = Node(
    "layout.rows",
    _("Dòng của văn bản"),
    _("dòng"),
    (
        Column("label", _("Nhãn")),
        Column(
            "field",
            _("Lấy từ câu"),
            "text",
            _("Tên câu của tờ khai, hoặc tên do chuyên viên ghi."),
            default="",
        ),
        Column("text", _("Hoặc câu chữ"), "text", _("Có thể chứa {tên câu}."), default=""),
        Column("drafted", _("Do chuyên viên ghi"), "flag", default=False),
        Column("optional", _("Bỏ dòng khi trống"), "flag", default=False),
    ),
    file.LayoutRow,
    label=lambda node: f"{node.get('label', '')}: {node.get('field') or node.get('text', '')}",
)
RESULTS = Node(
    "results",
    _("Kết quả"),
    _("kết quả"),
    (
        Column("name", _("Tên kết quả")),
        Column("code", _("Mã quốc gia"), "text", _("Dạng KQ.Gnn.dddddd, khi biết."), width="20", default=""),
        _CASE,
        Column(
            "number_suffix",
            _("Ký hiệu sau số"),
            "text",
            _("Như trong 12/2026/TLKS-BS."),
            width="20",
            keep=True,
            default="",
        ),
        *bilingual("layout.heading", _("Tiêu đề văn bản")),
        Column("layout.intro", _("Lời mở đầu"), "long", default=""),
        Column("layout.closing", _("Lời kết"), "long", default=""),
    ),
    file.Outcome,
    children=(ROWS,),
)
EXAMPLES = Node(
    "examples",
    _("Câu trả lời mẫu và kết quả phải có"),
    _("mẫu kiểm tra"),
    (
        Column("name", _("Tên mẫu")),
        _CASE,
        Column("channel", _("Cách nộp"), "choice", choices=choices.channels),
        Column("on", _("Vào ngày"), "day", width="12"),
        Column("exemption", _("Diện miễn"), default=""),
        Column("answers", _("Câu trả lời (JSON)"), "json", keep=True, default={}),
        Column("expect.errors", _("Câu phải báo lỗi"), "lines", _("Mỗi dòng tên một câu."), default=[]),
        Column("expect.warnings", _("Câu phải nhắc xem lại"), "lines", default=[]),
        Column("expect.gross", _("Tổng phí (đồng)"), "int", keep=True, default=0, width="12"),
        Column("expect.payable", _("Phải trả (đồng)"), "int", keep=True, default=0, width="12"),
        Column("expect.papers", _("Giấy tờ phải nộp"), "many", choices=choices.papers, keep=True, default=[]),
        Column("expect.dropped", _("Câu không được tính"), "lines", default=[]),
    ),
    file.Example,
)
__all__ = ["BY_KEY", "FIELDS", "FORM", "PARTS", "RULES", "SECTIONS", "Node"]
PARTS: tuple[Node, ...] = (RULES, CASES, QUESTIONS, PAPERS, TIMES, FEES, STEPS, RESULTS, FORM, EXAMPLES)
BY_KEY = {node.key: node for node in PARTS}
