"""Outcome: deadlines, results, supplements, handling time."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reporting.facts import FACT_BY_CODE
from reporting.measure import (
    ALL_CHANNELS,
    ASSISTED_IN,
    ASSISTED_NONE,
    CITY,
    DECISION_766,
    FINISHED_ONLY,
    PORTAL,
    UNFINISHED_OUT,
    Measure,
    Shape,
)

OUTCOME: tuple[Measure, ...] = (
    Measure(
        "on-time",
        1,
        _("Tỷ lệ trả kết quả trước hạn hoặc đúng hạn"),
        FACT_BY_CODE["finished_on_time"],
        FACT_BY_CODE["finished"],
        _(
            "Hồ sơ có kết quả không muộn hơn ngày hẹn (đã trừ thời gian tạm dừng) trên hồ sơ có kết "
            "quả. Hồ sơ đã gia hạn chỉ đúng hạn nếu xong trước ngày hẹn đầu tiên."
        ),
        CITY,
        ALL_CHANNELS,
        ASSISTED_NONE,
        FINISHED_ONLY,
        short=_("Đúng hạn"),
    ),
    Measure(
        "on-time-766",
        1,
        _("Tỷ lệ đúng hạn theo 766"),
        FACT_BY_CODE["finished_on_time_766"],
        FACT_BY_CODE["finished"],
        _("Như tỷ lệ đúng hạn, thêm điều kiện: yêu cầu bổ sung quá một lần thì tính là trễ."),
        DECISION_766,
        ALL_CHANNELS,
        ASSISTED_NONE,
        FINISHED_ONLY,
        short=_("Đúng hạn theo 766"),
    ),
    Measure(
        "e-result",
        1,
        _("Tỷ lệ hồ sơ có bản điện tử của kết quả"),
        FACT_BY_CODE["finished_e_result"],
        FACT_BY_CODE["finished"],
        _("Hồ sơ có tệp kết quả đã ký số và lưu trên hệ thống trên hồ sơ có kết quả."),
        _("Nghị định 118/2025/NĐ-CP, điều 22 khoản 1; Công văn 4173/UBND-ĐMPT"),
        ALL_CHANNELS,
        ASSISTED_NONE,
        _("Hồ sơ chưa có kết quả."),
        short=_("Kết quả điện tử"),
    ),
    Measure(
        "full-in-fact",
        1,
        _("Tỷ lệ hồ sơ thực tế làm trực tuyến ở mọi bước"),
        FACT_BY_CODE["finished_all_online"],
        FACT_BY_CODE["finished"],
        _(
            "Hồ sơ nộp trực tuyến, không có giấy tờ quét tại quầy, không nộp tiền tại quầy, có kết "
            "quả điện tử và nhận kết quả trực tuyến hay qua bưu chính, trên hồ sơ có kết quả."
        ),
        _("Cách hiểu theo từng hồ sơ của mức toàn trình, Nghị định 42/2022/NĐ-CP"),
        ALL_CHANNELS,
        ASSISTED_IN,
        _("Hồ sơ chưa có kết quả."),
        _("Không dùng mức độ của thủ tục mà dùng việc đã xảy ra với từng hồ sơ."),
        short=_("Trực tuyến mọi bước"),
    ),
    Measure(
        "digitised",
        1,
        _("Tỷ lệ hồ sơ số hoá"),
        FACT_BY_CODE["finished_digitised"],
        FACT_BY_CODE["finished"],
        _("Hồ sơ có tệp của thành phần hồ sơ và bản điện tử của kết quả, trên hồ sơ có kết quả."),
        DECISION_766,
        ALL_CHANNELS,
        ASSISTED_NONE,
        UNFINISHED_OUT,
        short=_("Số hoá"),
    ),
    Measure(
        "reused",
        2,
        _("Tỷ lệ dùng lại dữ liệu số hoá"),
        FACT_BY_CODE["finished_reused_any"],
        FACT_BY_CODE["finished_digitised"],
        _(
            "Hồ sơ số hoá có ít nhất một giấy tờ lấy lại từ hồ sơ trước, từ kết quả đã cấp hoặc từ kho "
            "giấy tờ cá nhân, trên hồ sơ số hoá."
        ),
        DECISION_766,
        ALL_CHANNELS,
        ASSISTED_NONE,
        _("Hồ sơ chưa số hoá; hồ sơ chưa có kết quả."),
        short=_("Dùng lại dữ liệu"),
    ),
    Measure(
        "satisfaction",
        1,
        _("Tỷ lệ hài lòng của người dân, tổ chức"),
        FACT_BY_CODE["rated_satisfied"],
        FACT_BY_CODE["rated"],
        _(
            "Đánh giá hài lòng hoặc rất hài lòng trên tổng số đánh giá nhận được, kể cả của người bị từ chối "
            "tiếp nhận; mỗi hồ sơ được đánh giá một lần."
        ),
        _("Thông tư 01/2018/TT-VPCP; Nghị định 224/2026/NĐ-CP, điều 19"),
        ALL_CHANNELS,
        ASSISTED_NONE,
        _("Hồ sơ không có đánh giá; không suy ra ý kiến của người không trả lời."),
        short=_("Hài lòng"),
    ),
    Measure(
        "certified-asked",
        1,
        _("Tỷ lệ hồ sơ bị yêu cầu nộp thêm bản sao chứng thực"),
        FACT_BY_CODE["finished_certified_asked"],
        FACT_BY_CODE["finished"],
        _(
            "Hồ sơ có yêu cầu bổ sung nhắc đến bản sao chứng thực (tìm theo chữ trong nội dung yêu cầu), "
            "trên hồ sơ có kết quả."
        ),
        _("Nghị định 23/2015/NĐ-CP, điều 6; Chỉ tiêu bổ sung của Cổng"),
        ALL_CHANNELS,
        ASSISTED_NONE,
        UNFINISHED_OUT,
        short=_("Đòi thêm bản sao chứng thực"),
        higher_is_better=False,
    ),
    Measure(
        "supplement",
        1,
        _("Tỷ lệ hồ sơ phải bổ sung"),
        FACT_BY_CODE["finished_asked"],
        FACT_BY_CODE["finished"],
        _("Hồ sơ đã có ít nhất một yêu cầu bổ sung, trên hồ sơ có kết quả."),
        PORTAL,
        ALL_CHANNELS,
        ASSISTED_NONE,
        UNFINISHED_OUT,
        short=_("Phải bổ sung"),
        higher_is_better=False,
    ),
    Measure(
        "supplement-twice",
        1,
        _("Tỷ lệ hồ sơ phải bổ sung từ hai lần"),
        FACT_BY_CODE["finished_asked_twice"],
        FACT_BY_CODE["finished"],
        _(
            "Hồ sơ đã có từ hai yêu cầu bổ sung trở lên, trên hồ sơ có kết quả. Việc bổ sung chỉ được yêu "
            "cầu một lần."
        ),
        _("Nghị định 118/2025/NĐ-CP; Quyết định 766/QĐ-TTg"),
        ALL_CHANNELS,
        ASSISTED_NONE,
        UNFINISHED_OUT,
        short=_("Bổ sung từ hai lần"),
        higher_is_better=False,
    ),
    Measure(
        "handling",
        1,
        _("Thời gian giải quyết bình quân"),
        FACT_BY_CODE["handling_seconds"],
        FACT_BY_CODE["finished"],
        _(
            "Thời gian từ lúc tiếp nhận đến lúc có kết quả, trừ thời gian chờ bổ sung và chờ nghĩa "
            "vụ tài chính, tính theo ngày lịch."
        ),
        _("Chỉ tiêu bổ sung của Cổng; Nghị định 224/2026/NĐ-CP, điều 19"),
        ALL_CHANNELS,
        ASSISTED_NONE,
        _("Hồ sơ chưa có kết quả."),
        shape=Shape.DAYS,
        short=_("Thời gian giải quyết"),
        higher_is_better=False,
    ),
)

# Versions that were replaced: still computed for whoever has to compare with figures published then.
REPLACED: tuple[Measure, ...] = (
    Measure(
        "reused",
        1,
        _("Tỷ lệ dùng lại dữ liệu số hoá"),
        FACT_BY_CODE["finished_reused"],
        FACT_BY_CODE["finished_digitised"],
        _("Hồ sơ số hoá có ít nhất một giấy tờ lấy lại từ hồ sơ trước, trên hồ sơ số hoá."),
        DECISION_766,
        ALL_CHANNELS,
        ASSISTED_NONE,
        _("Hồ sơ chưa số hoá; hồ sơ chưa có kết quả."),
        short=_("Dùng lại dữ liệu"),
    ),
)
