"""The words of a source: what it is, what was wrong with a line."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SourceKind(TextChoices):
    """What a file turned out to be."""

    SERVICE = "service", _("Dịch vụ LayThuTuc (JSON)")
    PORTAL = "portal", _("Dịch vụ của Cổng Dịch vụ công quốc gia (JSON)")
    OURS = "ours", _("Tệp do cổng này xuất (JSON)")
    SHEET = "sheet", _("Bảng tính")


class FaultKind(TextChoices):
    """What became of a line with something wrong."""

    LEFT_OUT = "left_out", _("Không đưa vào được")
    REPAIRED = "repaired", _("Đã sửa, đã đưa vào")
    NOTED = "noted", _("Giữ nguyên, cần xem lại")


class Reason(TextChoices):
    """What was wrong with a line."""

    NO_RECORD = "no_record", _("không phải một thủ tục")
    NO_CODE = "no_code", _("không có mã thủ tục")
    BAD_CODE = "bad_code", _("mã không đọc được")
    NO_TITLE = "no_title", _("không có tên thủ tục")
    LONG_TITLE = "long_title", _("tên quá dài")
    TWICE = "twice", _("mã đã có ở dòng trên")
    CODE_EATEN = "code_eaten", _("mã bị bảng tính làm hỏng, đã khôi phục")
    CODE_SUFFIX = "code_suffix", _("mã kèm mã của cơ quan, đã cắt")
    ACT = "act", _("số văn bản bị dính hoặc cụt, đã sửa hay bỏ")
    PAPER = "paper", _("không phải tên giấy tờ, đã bỏ")
    COUNT = "count", _("số bản không hợp lý, coi như chưa rõ")
    RESULT_CODE = "result_code", _("mã kết quả không đúng dạng, đã bỏ")
    NO_UNIT = "no_unit", _("thời hạn không ghi đơn vị, giữ nguyên không đơn vị")
    TIME = "time", _("không đọc được thời hạn")
    FEE = "fee", _("không đọc được mức phí")
