"""The states of a dossier on its four axes (domain facts 3.4). The moves between them are in workflow.py."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """Business state."""

    FILED = "filed", _("Chờ tiếp nhận")
    ACCEPTED = "accepted", _("Đã tiếp nhận")
    PROCESSING = "processing", _("Đang thụ lý")
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

    NONE = "none", _("Không phải nộp")
    DUE = "due", _("Chưa nộp")
    PAID = "paid", _("Đã nộp")
    REFUNDED = "refunded", _("Đã hoàn")


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

    FILED = "filed", _("Nộp hồ sơ")
    ACCEPTED = "accepted", _("Tiếp nhận")
    REFUSED = "refused", _("Từ chối tiếp nhận")
    SUPPLEMENT_REQUESTED = "supplement_requested", _("Yêu cầu bổ sung")
    SUPPLEMENT_ANSWERED = "supplement_answered", _("Đã nộp bổ sung")
    ASSIGNED = "assigned", _("Phân công thụ lý")
    SUBMITTED = "submitted", _("Trình ký")
    SENT_BACK = "sent_back", _("Trả lại để sửa")
    SIGNED = "signed", _("Ký duyệt")
    ISSUED = "issued", _("Phát hành kết quả")
    RETURNED = "returned", _("Trả kết quả")
    WITHDRAWN = "withdrawn", _("Rút hồ sơ")
    STOPPED = "stopped", _("Dừng giải quyết")
    OBLIGATION_SET = "obligation_set", _("Yêu cầu thực hiện nghĩa vụ tài chính")
    OBLIGATION_MET = "obligation_met", _("Đã thực hiện nghĩa vụ tài chính")
    EXTENDED = "extended", _("Xin lỗi và hẹn lại")
    FEE_ASSESSED = "fee_assessed", _("Xác định phí, lệ phí")
    PAID = "paid", _("Nộp phí, lệ phí")
    REFUNDED = "refunded", _("Hoàn phí, lệ phí")
    DOCUMENT_ISSUED = "document_issued", _("Phát hành văn bản")
