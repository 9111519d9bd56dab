"""Intake: how dossiers come in and how fast they are answered."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reporting.facts import FACT_BY_CODE
from reporting.measure import (
    ACCEPTED_ONLY,
    ALL_CHANNELS,
    ASSISTED_IN,
    ASSISTED_NONE,
    CITY,
    DECISION_766,
    LEVEL_AT_FILING,
    PORTAL,
    Measure,
)

INTAKE: tuple[Measure, ...] = (
    Measure(
        "online",
        1,
        _("Tỷ lệ hồ sơ nộp trực tuyến"),
        FACT_BY_CODE["received_online"],
        FACT_BY_CODE["received"],
        _("Số hồ sơ nộp trực tuyến trên tổng số hồ sơ được tiếp nhận (trạng thái từ 2 trở lên theo 766)."),
        CITY,
        ALL_CHANNELS,
        ASSISTED_IN,
        ACCEPTED_ONLY,
        short=_("Trực tuyến"),
    ),
    Measure(
        "full-of-all",
        1,
        _("Tỷ lệ toàn trình trên tổng số hồ sơ"),
        FACT_BY_CODE["received_full"],
        FACT_BY_CODE["received"],
        _(
            "Cách hiểu thứ nhất của mục tiêu 20 %: hồ sơ trực tuyến của thủ tục toàn trình trên mọi "
            "hồ sơ được tiếp nhận."
        ),
        CITY,
        ALL_CHANNELS,
        ASSISTED_IN,
        ACCEPTED_ONLY,
        LEVEL_AT_FILING,
        short=_("Toàn trình / tổng số"),
    ),
    Measure(
        "full-of-online",
        1,
        _("Tỷ lệ toàn trình trên hồ sơ trực tuyến"),
        FACT_BY_CODE["received_full"],
        FACT_BY_CODE["received_online"],
        _(
            "Cách hiểu thứ hai của mục tiêu 20 %: hồ sơ trực tuyến của thủ tục toàn trình trên hồ sơ "
            "nộp trực tuyến."
        ),
        CITY,
        _("Chỉ kênh trực tuyến."),
        ASSISTED_IN,
        ACCEPTED_ONLY,
        LEVEL_AT_FILING,
        short=_("Toàn trình / trực tuyến"),
    ),
    Measure(
        "online-unassisted",
        1,
        _("Tỷ lệ hồ sơ người dân tự nộp trực tuyến"),
        FACT_BY_CODE["received_unassisted"],
        FACT_BY_CODE["received"],
        _("Hồ sơ trực tuyến do chính người dân, tổ chức nhập trên tổng số hồ sơ được tiếp nhận."),
        _("Chỉ tiêu bổ sung của Cổng, tách phần nhập giúp khỏi tỷ lệ trực tuyến"),
        ALL_CHANNELS,
        _("Không tính hồ sơ do cán bộ hay đại lý nhập giúp vào tử số."),
        ACCEPTED_ONLY,
        short=_("Tự nộp trực tuyến"),
    ),
    Measure(
        "online-assisted",
        1,
        _("Tỷ trọng nhập giúp trong hồ sơ trực tuyến"),
        FACT_BY_CODE["received_assisted"],
        FACT_BY_CODE["received_online"],
        _("Hồ sơ trực tuyến do cán bộ hay đại lý nhập giúp trên hồ sơ nộp trực tuyến."),
        _("Chỉ tiêu bổ sung của Cổng"),
        _("Chỉ kênh trực tuyến."),
        _("Chính là đối tượng đo."),
        ACCEPTED_ONLY,
        short=_("Nhập giúp"),
        higher_is_better=False,
    ),
    Measure(
        "agent",
        1,
        _("Tỷ trọng hồ sơ do đại lý dịch vụ công nộp"),
        FACT_BY_CODE["received_agent"],
        FACT_BY_CODE["received"],
        _(
            "Hồ sơ do người giữ vai trò đại lý dịch vụ công vào ngày nộp gửi giúp, trên tổng số hồ sơ được tiếp nhận."
        ),
        PORTAL,
        ALL_CHANNELS,
        _("Chính là đối tượng đo; người nộp giúp khác không tính."),
        ACCEPTED_ONLY,
        short=_("Đại lý nộp"),
        higher_is_better=False,
    ),
    Measure(
        "online-offered",
        1,
        _("Tỷ lệ trực tuyến của thủ tục có cung cấp trực tuyến"),
        FACT_BY_CODE["received_offered_online"],
        FACT_BY_CODE["received_offered"],
        _(
            "Như tỷ lệ nộp trực tuyến nhưng bỏ các thủ tục chỉ làm tại quầy hoặc chưa xác nhận mức "
            "độ khỏi cả tử số và mẫu số."
        ),
        _("Cách tính đối chiếu theo mẫu số của 766"),
        ALL_CHANNELS,
        ASSISTED_IN,
        ACCEPTED_ONLY,
        LEVEL_AT_FILING,
        short=_("Trực tuyến (thủ tục có cung cấp)"),
    ),
    Measure(
        "online-filed",
        1,
        _("Tỷ lệ nộp trực tuyến theo ngày nộp"),
        FACT_BY_CODE["filed_online"],
        FACT_BY_CODE["filed"],
        _(
            "Như tỷ lệ nộp trực tuyến nhưng tính theo ngày nộp và gồm cả hồ sơ chưa hoặc không được "
            "tiếp nhận."
        ),
        _("Cách tính đối chiếu của Cổng"),
        ALL_CHANNELS,
        ASSISTED_IN,
        _("Không loại hồ sơ nào."),
        short=_("Trực tuyến theo ngày nộp"),
    ),
    Measure(
        "online-766",
        1,
        _("Tỷ lệ hồ sơ trực tuyến theo công thức 766"),
        FACT_BY_CODE["received_online_result"],
        FACT_BY_CODE["received"],
        _(
            "Chỉ số 3.3 của 766: hồ sơ nộp trực tuyến và đã có bản điện tử của kết quả, trên tổng số hồ sơ "
            "được tiếp nhận. Hồ sơ chưa xong chưa được tính vào tử số, nên con số của một tháng còn tăng "
            "sau tháng đó."
        ),
        DECISION_766,
        ALL_CHANNELS,
        ASSISTED_IN,
        ACCEPTED_ONLY,
        short=_("Trực tuyến theo 766"),
    ),
    Measure(
        "online-practice",
        1,
        _("Tỷ lệ trực tuyến theo cách tính của hệ thống cấp tỉnh"),
        FACT_BY_CODE["received_offered_online"],
        FACT_BY_CODE["received_practice"],
        _(
            "Như một số hệ thống cấp tỉnh đang tính chỉ số 766: hồ sơ nộp trực tuyến trên hồ sơ nộp trực "
            "tuyến và trực tiếp của thủ tục có cung cấp trực tuyến; bưu chính bị bỏ khỏi mẫu số."
        ),
        _("Cách làm thực tế khi tính 766, nêu để đối chiếu; không phải công thức của Quyết định"),
        _("Trực tuyến và trực tiếp; không kể bưu chính."),
        ASSISTED_IN,
        ACCEPTED_ONLY,
        LEVEL_AT_FILING,
        short=_("Trực tuyến (cách cấp tỉnh)"),
    ),
    Measure(
        "intake-8h",
        1,
        _("Tỷ lệ tiếp nhận trong tám giờ làm việc"),
        FACT_BY_CODE["intake_in_time"],
        FACT_BY_CODE["intake_watched"],
        _(
            "Hồ sơ được tiếp nhận, hoặc được yêu cầu bổ sung, trong tám giờ làm việc từ lúc nộp, "
            "trên hồ sơ được tiếp nhận không phải tại quầy."
        ),
        _("Nghị định 45/2020/NĐ-CP; Nghị định 118/2025/NĐ-CP"),
        _("Trực tuyến và bưu chính; hồ sơ tại quầy được tiếp nhận ngay nên không tính."),
        ASSISTED_NONE,
        _("Hồ sơ không được tiếp nhận; hồ sơ đang chờ được nêu riêng."),
        short=_("Tiếp nhận trong 8 giờ"),
    ),
    Measure(
        "certified",
        1,
        _("Tỷ trọng hồ sơ có yêu cầu bản sao chứng thực"),
        FACT_BY_CODE["received_certified"],
        FACT_BY_CODE["received"],
        _(
            "Hồ sơ mà thành phần hồ sơ của thủ tục, vào ngày nộp, có ít nhất một giấy tờ được yêu cầu bản "
            "sao chứng thực, trên tổng số hồ sơ được tiếp nhận."
        ),
        _("Nghị định 23/2015/NĐ-CP, điều 6; Chỉ tiêu bổ sung của Cổng"),
        ALL_CHANNELS,
        ASSISTED_NONE,
        ACCEPTED_ONLY,
        short=_("Yêu cầu bản sao chứng thực"),
        higher_is_better=False,
    ),
)
