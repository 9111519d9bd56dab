"""What a rule says to people: what it looks at, when it speaks, what to do."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.measures import MEASURE_BY_CODE
from reporting.models import WarningKind, WarningRule

ACTIONS: dict[WarningKind, str | Promise] = {
    WarningKind.BELOW_TARGET: gettext_lazy(
        "Mở danh sách, xem phần Vì sao trên bảng số liệu, hướng dẫn người dân nộp và nhận kết quả trực tuyến."
    ),
    WarningKind.FALLING: gettext_lazy("So với kỳ trước, tìm thủ tục và kênh kéo con số xuống."),
    WarningKind.LATE_SOON: gettext_lazy(
        "Phân công lại, ưu tiên hồ sơ đến hạn trước, xin hỗ trợ nếu vẫn không kịp."
    ),
    WarningKind.OVERDUE: gettext_lazy("Giải quyết ngay; xin lỗi và hẹn lại theo mẫu nếu chưa xong."),
    WarningKind.WAITING: gettext_lazy("Tiếp nhận, yêu cầu bổ sung hoặc từ chối ngay hôm nay."),
    WarningKind.NO_INBOX_INTAKE: gettext_lazy("Cử người tiếp nhận, trả kết quả tại đơn vị."),
    WarningKind.NO_INBOX_WORK: gettext_lazy("Giao lại hồ sơ hoặc cử người giữ vai trò còn thiếu."),
    WarningKind.SECOND_SUPPLEMENT: gettext_lazy(
        "Xem vì sao không yêu cầu một lần; rút kinh nghiệm với người yêu cầu."
    ),
    WarningKind.NO_RECEIPT: gettext_lazy("Lập biên lai cho từng khoản, hoặc mở sự cố nếu không lập được."),
    WarningKind.MANY_PEOPLE: gettext_lazy(
        "Chỉ để xem: hỏi người nộp và chủ hồ sơ; không chặn hồ sơ nào vì cảnh báo này."
    ),
    WarningKind.BEYOND_LIST: gettext_lazy(
        "Đọc nội dung yêu cầu; rút yêu cầu nếu giấy tờ không có trong danh mục."
    ),
    WarningKind.CERTIFIED: gettext_lazy(
        "Đọc nội dung yêu cầu; chấp nhận bản chụp kèm bản chính để đối chiếu."
    ),
}


# The sources of the reference rules, so that they are translated; a rule set by hand is shown as it was written.
SOURCES: tuple[str | Promise, ...] = (
    gettext_lazy("Nghị định 118/2025/NĐ-CP"),
    gettext_lazy("Nghị định 118/2025/NĐ-CP, điều 22 khoản 1"),
    gettext_lazy("Nghị định 254/2026/NĐ-CP"),
    gettext_lazy("Nghị định 23/2015/NĐ-CP, điều 6"),
)


def source(rule: WarningRule) -> str:
    """The legal source in the reader's language, where it is known."""
    return _(rule.source)


def title(rule: WarningRule) -> str:
    """What the rule looks at, with its measure."""
    name = str(WarningKind(rule.kind).label)
    return f"{name}: {MEASURE_BY_CODE[rule.measure].name}" if rule.measure else name


def when(rule: WarningRule) -> str:
    """From which number on it speaks."""
    number = {"threshold": _number(rule), "least": rule.least, "days": rule.days}
    return {
        WarningKind.BELOW_TARGET: _(
            "thấp hơn mục tiêu quá %(threshold)s điểm, có ít nhất %(least)s hồ sơ trong tháng"
        ),
        WarningKind.FALLING: _(
            "thấp hơn cùng kỳ tháng trước ít nhất %(threshold)s điểm, mỗi kỳ có ít nhất %(least)s hồ sơ"
        ),
        WarningKind.LATE_SOON: _(
            "hồ sơ đến hạn trong %(days)s ngày làm việc tới nhiều hơn %(threshold)s lần số đơn vị giải quyết được "
            "trong chừng ấy ngày"
        ),
        WarningKind.NO_RECEIPT: _("từ %(threshold)s khoản trở lên, trong %(days)s ngày"),
        WarningKind.MANY_PEOPLE: _(
            "một tài khoản hoặc số điện thoại nộp cho từ %(threshold)s người trở lên trong %(days)s ngày"
        ),
    }.get(WarningKind(rule.kind), _("từ %(threshold)s hồ sơ trở lên")) % number


def _number(rule: WarningRule) -> str:
    return f"{rule.threshold.normalize():f}".replace(".", ",")
