"""The states of a dossier on its four axes (domain facts 3.4). The moves between them are in workflow.py."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    """Business state."""

    FILED = "filed", _("Chờ tiếp nhận")
    ACCEPTED = "accepted", _("Đã tiếp nhận")
    PROCESSING = "processing", _("Đang thụ lý")
    CHECKING = "checking", _("Chờ kiểm tra")
    SIGNING = "signing", _("Trình ký")
    SIGNED = "signed", _("Đã ký, chờ phát hành")
    SUPPLEMENT = "supplement", _("Chờ bổ sung")
    OBLIGATION = "obligation", _("Chờ thực hiện nghĩa vụ tài chính")
    FINISHED = "finished", _("Đã có kết quả")
    RETURNED = "returned", _("Đã trả kết quả")
    REFUSED = "refused", _("Không được tiếp nhận")
    WITHDRAWN = "withdrawn", _("Đã rút hồ sơ")
    STOPPED = "stopped", _("Dừng giải quyết")


class Money(TextChoices):
    """Financial state: written by the payments app through actions.finance."""

    NONE = "none", pgettext_lazy("money", "Không phải nộp")
    DUE = "due", pgettext_lazy("money", "Chưa nộp")
    PAID = "paid", pgettext_lazy("money", "Đã nộp")
    REFUNDED = "refunded", pgettext_lazy("money", "Đã hoàn")
    UNKNOWN = "unknown", pgettext_lazy("money", "Chờ xác nhận mức thu")  # the catalogue knows no amount


class Delivery(TextChoices):
    """How the person wants the result."""

    ONLINE = "online", _("Bản điện tử trên Cổng")
    COUNTER = "counter", _("Nhận tại quầy")
    POST = "post", _("Qua bưu chính")


class Sync(TextChoices):
    """State towards the national portal."""

    PENDING = "pending", _("Chưa đồng bộ")
    SENT = "sent", _("Đã đồng bộ")
    FAILED = "failed", _("Lỗi đồng bộ")


class EventKind(TextChoices):
    """What happened. One row per transition, plus facts that move no state."""

    FILED = "filed", pgettext_lazy("event", "Nộp hồ sơ")
    ACCEPTED = "accepted", pgettext_lazy("event", "Tiếp nhận")
    REFUSED = "refused", pgettext_lazy("event", "Từ chối tiếp nhận")
    SUPPLEMENT_REQUESTED = "supplement_requested", pgettext_lazy("event", "Yêu cầu bổ sung")
    SUPPLEMENT_ANSWERED = "supplement_answered", pgettext_lazy("event", "Đã nộp bổ sung")
    SUPPLEMENT_PROPOSED = "supplement_proposed", pgettext_lazy("event", "Đề nghị bổ sung lần nữa")
    SUPPLEMENT_DECLINED = "supplement_declined", pgettext_lazy("event", "Không duyệt bổ sung lần nữa")
    SUPPLEMENT_REMINDED = "supplement_reminded", pgettext_lazy("event", "Nhắc nộp bổ sung")
    SUPPLEMENT_OVERDUE = "supplement_overdue", pgettext_lazy("event", "Quá hạn nộp bổ sung")
    MESSAGE = "message", pgettext_lazy("event", "Tin nhắn")
    ASSIGNED = "assigned", pgettext_lazy("event", "Phân công thụ lý")
    VERIFY_ASKED = "verify_asked", pgettext_lazy("event", "Đề nghị xác minh")
    VERIFY_ANSWERED = "verify_answered", pgettext_lazy("event", "Trả lời xác minh")
    VERIFY_EXPIRED = "verify_expired", pgettext_lazy("event", "Hết hạn trả lời xác minh")
    HELD = "held", pgettext_lazy("event", "Tạm dừng tính thời gian để xác minh")
    RELEASED = "released", pgettext_lazy("event", "Tiếp tục tính thời gian")
    SUBMITTED = "submitted", pgettext_lazy("event", "Trình ký")
    CHECKED = "checked", pgettext_lazy("event", "Kiểm tra đạt")
    SENT_BACK = "sent_back", pgettext_lazy("event", "Trả lại để sửa")
    SIGNED = "signed", pgettext_lazy("event", "Ký duyệt")
    ISSUED = "issued", pgettext_lazy("event", "Phát hành kết quả")
    RETURNED = "returned", pgettext_lazy("event", "Trả kết quả")
    WITHDRAWN = "withdrawn", pgettext_lazy("event", "Rút hồ sơ")
    STOPPED = "stopped", pgettext_lazy("event", "Dừng giải quyết")
    OBLIGATION_SET = "obligation_set", pgettext_lazy("event", "Yêu cầu thực hiện nghĩa vụ tài chính")
    OBLIGATION_MET = "obligation_met", pgettext_lazy("event", "Đã thực hiện nghĩa vụ tài chính")
    EXTENDED = "extended", pgettext_lazy("event", "Xin lỗi và hẹn lại")
    CALENDAR_CHANGED = "calendar_changed", pgettext_lazy("event", "Tính lại hạn do lịch làm việc thay đổi")
    FEE_ASSESSED = "fee_assessed", pgettext_lazy("event", "Xác định phí, lệ phí")
    PAID = "paid", pgettext_lazy("event", "Nộp phí, lệ phí")
    REFUNDED = "refunded", pgettext_lazy("event", "Hoàn phí, lệ phí")
    RESULT_RECEIVED = "result_received", pgettext_lazy("event", "Người nộp xác nhận đã nhận kết quả")
    RESULT_REVOKED = "result_revoked", pgettext_lazy("event", "Thu hồi kết quả")
    TRANSFER_SENT = "transfer_sent", pgettext_lazy("event", "Chuyển đơn vị có thẩm quyền")
    TRANSFER_ACCEPTED = "transfer_accepted", pgettext_lazy("event", "Đơn vị có thẩm quyền đã nhận")
    TRANSFER_REFUSED = "transfer_refused", pgettext_lazy("event", "Đơn vị được chuyển không nhận")
    TRANSFER_KEPT = "transfer_kept", pgettext_lazy("event", "Giữ lại giải quyết")
    RESULT_SENT_BACK = "result_sent_back", pgettext_lazy("event", "Gửi kết quả giấy về nơi nộp")
    RESULT_BACK = "result_back", pgettext_lazy("event", "Kết quả đã về nơi trả")
    COLLECTION_MOVED = "collection_moved", pgettext_lazy("event", "Đổi nơi trả kết quả")
    PAPER_MISSING = "paper_missing", pgettext_lazy("event", "Thiếu giấy tờ khi giao nhận")
    PAPER_FOUND = "paper_found", pgettext_lazy("event", "Đã nhận đủ giấy tờ bị thiếu")
    DOCUMENT_ISSUED = "document_issued", pgettext_lazy("event", "Phát hành văn bản")
