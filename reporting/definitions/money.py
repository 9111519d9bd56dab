"""Money: the share paid online, by number and by amount."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reporting.facts import FACT_BY_CODE
from reporting.measure import (
    ALL_CHANNELS,
    ASSISTED_NONE,
    DECISION_766,
    Measure,
)

MONEY: tuple[Measure, ...] = (
    Measure(
        "paid-online",
        1,
        _("Tỷ lệ thanh toán trực tuyến theo số hồ sơ"),
        FACT_BY_CODE["paid_online"],
        FACT_BY_CODE["paid"],
        _(
            "Hồ sơ nộp phí, lệ phí qua cổng thanh toán hoặc chuyển khoản trên hồ sơ đã nộp phí, lệ "
            "phí. Hồ sơ 0 đồng không có khoản nộp nên không tính."
        ),
        DECISION_766,
        ALL_CHANNELS,
        ASSISTED_NONE,
        _("Khoản nộp thừa; lần nộp thứ hai của cùng một hồ sơ; hồ sơ được miễn toàn bộ."),
        short=_("Thanh toán trực tuyến"),
    ),
    Measure(
        "paid-online-amount",
        1,
        _("Tỷ lệ thanh toán trực tuyến theo số tiền"),
        FACT_BY_CODE["paid_amount_online"],
        FACT_BY_CODE["paid_amount"],
        _(
            "Số tiền thu qua cổng thanh toán hoặc chuyển khoản trên tổng số tiền phí, lệ phí đã thu, "
            "theo sổ thu."
        ),
        _("Chỉ tiêu bổ sung của Cổng"),
        ALL_CHANNELS,
        ASSISTED_NONE,
        _("Khoản nộp thừa; khoản hoàn trả không trừ ngược."),
        short=_("Thanh toán trực tuyến (số tiền)"),
    ),
    Measure(
        "paid-online-766",
        1,
        _("Tỷ lệ thanh toán trực tuyến theo công thức 766"),
        FACT_BY_CODE["fee_paid_online"],
        FACT_BY_CODE["fee_due"],
        _(
            "Chỉ số 3.6 của 766: hồ sơ đã nộp phí, lệ phí trực tuyến trên hồ sơ được tiếp nhận có phí, lệ "
            "phí phải nộp. Hồ sơ có mức thu nhưng số phải nộp bằng 0 (miễn, 0 đồng) không tính."
        ),
        DECISION_766,
        ALL_CHANNELS,
        ASSISTED_NONE,
        _("Hồ sơ không có phí, lệ phí; hồ sơ có số phải nộp bằng 0; hồ sơ chưa xác định được mức thu."),
        short=_("Thanh toán theo 766"),
    ),
)
