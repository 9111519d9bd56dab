"""What stands now and presses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reporting.facts import FACT_BY_CODE
from reporting.measure import (
    ALL_CHANNELS,
    ASSISTED_NONE,
    CITY,
    Measure,
)

STANDING: tuple[Measure, ...] = (
    Measure(
        "overdue-now",
        1,
        _("Hồ sơ đang giải quyết đã quá hạn"),
        FACT_BY_CODE["overdue_now"],
        FACT_BY_CODE["open_now"],
        _("Hồ sơ đã quá ngày hẹn mà chưa có kết quả, ngay lúc này, trên hồ sơ đang giải quyết."),
        CITY,
        ALL_CHANNELS,
        ASSISTED_NONE,
        _("Hồ sơ đang tạm dừng chờ bổ sung hoặc chờ nghĩa vụ tài chính không bị coi là quá hạn."),
        short=_("Đang quá hạn"),
        higher_is_better=False,
    ),
    Measure(
        "waiting-now",
        1,
        _("Hồ sơ chờ tiếp nhận quá tám giờ làm việc"),
        FACT_BY_CODE["waiting_late_now"],
        FACT_BY_CODE["waiting_now"],
        _("Hồ sơ đã nộp quá tám giờ làm việc mà chưa được trả lời, ngay lúc này, trên hồ sơ chờ tiếp nhận."),
        _("Nghị định 45/2020/NĐ-CP; Nghị định 118/2025/NĐ-CP"),
        ALL_CHANNELS,
        ASSISTED_NONE,
        _("Hồ sơ đang chờ người nộp bổ sung."),
        short=_("Chờ tiếp nhận quá 8 giờ"),
        higher_is_better=False,
    ),
)
