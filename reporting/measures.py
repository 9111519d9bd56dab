"""The statistics contract: every indicator is one named, versioned definition.

A measure divides one fact by another of the same basis. Everything that could be read in two ways is a field
here, is printed beside the figure and exported with it. Changing a reading means a new version with its own
facts, never an edit of an old one. The choices follow the ten ambiguities of the city's targets of July 2025
(which do not say how to count) and Decision 766/QĐ-TTg; docs/figures.md explains them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reporting.facts import FACT_BY_CODE, Basis, Fact

Text = str | Promise
_NO_LEVEL: Text = _("Không phụ thuộc mức độ dịch vụ công.")


class Shape(Enum):
    """What the quotient is."""

    SHARE = "share"  # of 1, shown in per cent
    DAYS = "days"  # seconds over dossiers, shown in days


class Part(Enum):
    """The two halves of a measure."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"


@dataclass(frozen=True)
class Measure:
    """One definition. `numerator` and `denominator` are facts of one basis; no denominator means no data."""

    code: str
    version: int
    title: Text
    numerator: Fact
    denominator: Fact
    wording: Text
    source: Text
    channels: Text
    assisted: Text
    excluded: Text
    level: Text = _NO_LEVEL
    shape: Shape = Shape.SHARE
    short: Text = ""
    higher_is_better: bool = True

    @property
    def basis(self) -> Basis:
        """The date and unit basis, the same for both halves."""
        return self.denominator.basis

    @property
    def name(self) -> str:
        """The short title where there is one."""
        return str(self.short or self.title)

    def fact(self, part: Part) -> Fact:
        """The fact of one half."""
        return self.numerator if part is Part.NUMERATOR else self.denominator

    def value(self, counts: Mapping[str, int]) -> float | None:
        """The quotient: a share of 1, or days; None ("no data") for an empty denominator, never 100 %."""
        below = counts.get(self.denominator.code, 0)
        if not below:
            return None
        above = counts.get(self.numerator.code, 0)
        return above / below / (86_400 if self.shape is Shape.DAYS else 1)

    def rules(self) -> list[tuple[Text, Text]]:
        """The definition as lines of (what, how), for people: page, export, documentation."""
        return [
            (_("Tử số"), self.numerator.title),
            (_("Mẫu số"), self.denominator.title),
            (_("Tính theo"), self.basis.label),
            (_("Tính cho"), self.basis.unit_label),
            (_("Kênh nộp"), self.channels),
            (_("Nộp hộ"), self.assisted),
            (_("Mức độ dịch vụ công"), self.level),
            (_("Không tính"), self.excluded),
            (_("Khi mẫu số bằng 0"), _("Chưa có dữ liệu (không coi là 100 %).")),
            (_("Căn cứ"), self.source),
        ]


_F = FACT_BY_CODE
_CITY = _("Công văn 4173/UBND-ĐMPT ngày 21/7/2025 của UBND thành phố Hà Nội")
_766 = _("Quyết định 766/QĐ-TTg ngày 23/6/2022")
_ALL_CHANNELS = _("Cả ba kênh: trực tuyến, trực tiếp, bưu chính.")
_ASSISTED_IN = _("Hồ sơ có người nhập giúp vẫn tính là trực tuyến; xem riêng chỉ tiêu tự nộp.")
_ASSISTED_NONE = _("Không phân biệt.")
_ACCEPTED_ONLY = _(
    "Hồ sơ không được tiếp nhận hoặc đang chờ tiếp nhận; hồ sơ rút hay dừng sau khi tiếp nhận vẫn tính."
)
_FINISHED_ONLY = _(
    "Hồ sơ chưa có kết quả; hồ sơ đang quá hạn được nêu riêng nên để tồn hồ sơ không làm đẹp tỷ lệ."
)
_LEVEL_AT_FILING = _(
    "Mức độ của thủ tục vào ngày nộp, lưu cùng hồ sơ; đổi mức độ về sau không làm đổi số cũ."
)

MEASURES: tuple[Measure, ...] = (
    Measure(
        "online",
        1,
        _("Tỷ lệ hồ sơ nộp trực tuyến"),
        _F["received_online"],
        _F["received"],
        _("Số hồ sơ nộp trực tuyến trên tổng số hồ sơ được tiếp nhận (trạng thái từ 2 trở lên theo 766)."),
        _CITY,
        _ALL_CHANNELS,
        _ASSISTED_IN,
        _ACCEPTED_ONLY,
        short=_("Trực tuyến"),
    ),
    Measure(
        "full-of-all",
        1,
        _("Tỷ lệ toàn trình trên tổng số hồ sơ"),
        _F["received_full"],
        _F["received"],
        _(
            "Cách hiểu thứ nhất của mục tiêu 20 %: hồ sơ trực tuyến của thủ tục toàn trình trên mọi "
            "hồ sơ được tiếp nhận."
        ),
        _CITY,
        _ALL_CHANNELS,
        _ASSISTED_IN,
        _ACCEPTED_ONLY,
        _LEVEL_AT_FILING,
        short=_("Toàn trình / tổng số"),
    ),
    Measure(
        "full-of-online",
        1,
        _("Tỷ lệ toàn trình trên hồ sơ trực tuyến"),
        _F["received_full"],
        _F["received_online"],
        _(
            "Cách hiểu thứ hai của mục tiêu 20 %: hồ sơ trực tuyến của thủ tục toàn trình trên hồ sơ "
            "nộp trực tuyến."
        ),
        _CITY,
        _("Chỉ kênh trực tuyến."),
        _ASSISTED_IN,
        _ACCEPTED_ONLY,
        _LEVEL_AT_FILING,
        short=_("Toàn trình / trực tuyến"),
    ),
    Measure(
        "on-time",
        1,
        _("Tỷ lệ trả kết quả trước hạn hoặc đúng hạn"),
        _F["finished_on_time"],
        _F["finished"],
        _(
            "Hồ sơ có kết quả không muộn hơn ngày hẹn (đã trừ thời gian tạm dừng) trên hồ sơ có kết "
            "quả. Hồ sơ đã gia hạn chỉ đúng hạn nếu xong trước ngày hẹn đầu tiên."
        ),
        _CITY,
        _ALL_CHANNELS,
        _ASSISTED_NONE,
        _FINISHED_ONLY,
        short=_("Đúng hạn"),
    ),
    Measure(
        "e-result",
        1,
        _("Tỷ lệ hồ sơ có bản điện tử của kết quả"),
        _F["finished_e_result"],
        _F["finished"],
        _("Hồ sơ có tệp kết quả đã ký số và lưu trên hệ thống trên hồ sơ có kết quả."),
        _("Nghị định 118/2025/NĐ-CP, điều 22 khoản 1; Công văn 4173/UBND-ĐMPT"),
        _ALL_CHANNELS,
        _ASSISTED_NONE,
        _("Hồ sơ chưa có kết quả."),
        short=_("Kết quả điện tử"),
    ),
    Measure(
        "online-unassisted",
        1,
        _("Tỷ lệ hồ sơ người dân tự nộp trực tuyến"),
        _F["received_unassisted"],
        _F["received"],
        _("Hồ sơ trực tuyến do chính người dân, tổ chức nhập trên tổng số hồ sơ được tiếp nhận."),
        _("Chỉ tiêu bổ sung của Cổng, tách phần nhập giúp khỏi tỷ lệ trực tuyến"),
        _ALL_CHANNELS,
        _("Không tính hồ sơ do cán bộ hay đại lý nhập giúp vào tử số."),
        _ACCEPTED_ONLY,
        short=_("Tự nộp trực tuyến"),
    ),
    Measure(
        "online-assisted",
        1,
        _("Tỷ trọng nhập giúp trong hồ sơ trực tuyến"),
        _F["received_assisted"],
        _F["received_online"],
        _("Hồ sơ trực tuyến do cán bộ hay đại lý nhập giúp trên hồ sơ nộp trực tuyến."),
        _("Chỉ tiêu bổ sung của Cổng"),
        _("Chỉ kênh trực tuyến."),
        _("Chính là đối tượng đo."),
        _ACCEPTED_ONLY,
        short=_("Nhập giúp"),
        higher_is_better=False,
    ),
    Measure(
        "online-offered",
        1,
        _("Tỷ lệ trực tuyến của thủ tục có cung cấp trực tuyến"),
        _F["received_offered_online"],
        _F["received_offered"],
        _(
            "Như tỷ lệ nộp trực tuyến nhưng bỏ các thủ tục chỉ làm tại quầy hoặc chưa xác nhận mức "
            "độ khỏi cả tử số và mẫu số."
        ),
        _("Cách tính đối chiếu theo mẫu số của 766"),
        _ALL_CHANNELS,
        _ASSISTED_IN,
        _ACCEPTED_ONLY,
        _LEVEL_AT_FILING,
        short=_("Trực tuyến (thủ tục có cung cấp)"),
    ),
    Measure(
        "online-filed",
        1,
        _("Tỷ lệ nộp trực tuyến theo ngày nộp"),
        _F["filed_online"],
        _F["filed"],
        _(
            "Như tỷ lệ nộp trực tuyến nhưng tính theo ngày nộp và gồm cả hồ sơ chưa hoặc không được "
            "tiếp nhận."
        ),
        _("Cách tính đối chiếu của Cổng"),
        _ALL_CHANNELS,
        _ASSISTED_IN,
        _("Không loại hồ sơ nào."),
        short=_("Trực tuyến theo ngày nộp"),
    ),
    Measure(
        "full-in-fact",
        1,
        _("Tỷ lệ hồ sơ thực tế làm trực tuyến ở mọi bước"),
        _F["finished_all_online"],
        _F["finished"],
        _(
            "Hồ sơ nộp trực tuyến, không có giấy tờ quét tại quầy, không nộp tiền tại quầy, có kết "
            "quả điện tử và nhận kết quả trực tuyến hay qua bưu chính, trên hồ sơ có kết quả."
        ),
        _("Cách hiểu theo từng hồ sơ của mức toàn trình, Nghị định 42/2022/NĐ-CP"),
        _ALL_CHANNELS,
        _ASSISTED_IN,
        _("Hồ sơ chưa có kết quả."),
        _("Không dùng mức độ của thủ tục mà dùng việc đã xảy ra với từng hồ sơ."),
        short=_("Trực tuyến mọi bước"),
    ),
    Measure(
        "on-time-766",
        1,
        _("Tỷ lệ đúng hạn theo 766"),
        _F["finished_on_time_766"],
        _F["finished"],
        _("Như tỷ lệ đúng hạn, thêm điều kiện: yêu cầu bổ sung quá một lần thì tính là trễ."),
        _766,
        _ALL_CHANNELS,
        _ASSISTED_NONE,
        _FINISHED_ONLY,
        short=_("Đúng hạn theo 766"),
    ),
    Measure(
        "intake-8h",
        1,
        _("Tỷ lệ tiếp nhận trong tám giờ làm việc"),
        _F["intake_in_time"],
        _F["intake_watched"],
        _(
            "Hồ sơ được tiếp nhận, hoặc được yêu cầu bổ sung, trong tám giờ làm việc từ lúc nộp, "
            "trên hồ sơ được tiếp nhận không phải tại quầy."
        ),
        _("Nghị định 45/2020/NĐ-CP; Nghị định 118/2025/NĐ-CP"),
        _("Trực tuyến và bưu chính; hồ sơ tại quầy được tiếp nhận ngay nên không tính."),
        _ASSISTED_NONE,
        _("Hồ sơ không được tiếp nhận; hồ sơ đang chờ được nêu riêng."),
        short=_("Tiếp nhận trong 8 giờ"),
    ),
    Measure(
        "paid-online",
        1,
        _("Tỷ lệ thanh toán trực tuyến theo số hồ sơ"),
        _F["paid_online"],
        _F["paid"],
        _(
            "Hồ sơ nộp phí, lệ phí qua cổng thanh toán hoặc chuyển khoản trên hồ sơ đã nộp phí, lệ "
            "phí. Hồ sơ 0 đồng không có khoản nộp nên không tính."
        ),
        _766,
        _ALL_CHANNELS,
        _ASSISTED_NONE,
        _("Khoản nộp thừa; lần nộp thứ hai của cùng một hồ sơ; hồ sơ được miễn toàn bộ."),
        short=_("Thanh toán trực tuyến"),
    ),
    Measure(
        "paid-online-amount",
        1,
        _("Tỷ lệ thanh toán trực tuyến theo số tiền"),
        _F["paid_amount_online"],
        _F["paid_amount"],
        _(
            "Số tiền thu qua cổng thanh toán hoặc chuyển khoản trên tổng số tiền phí, lệ phí đã thu, "
            "theo sổ thu."
        ),
        _("Chỉ tiêu bổ sung của Cổng"),
        _ALL_CHANNELS,
        _ASSISTED_NONE,
        _("Khoản nộp thừa; khoản hoàn trả không trừ ngược."),
        short=_("Thanh toán trực tuyến (số tiền)"),
    ),
    Measure(
        "handling",
        1,
        _("Thời gian giải quyết bình quân"),
        _F["handling_seconds"],
        _F["finished"],
        _(
            "Thời gian từ lúc tiếp nhận đến lúc có kết quả, trừ thời gian chờ bổ sung và chờ nghĩa "
            "vụ tài chính, tính theo ngày lịch."
        ),
        _("Chỉ tiêu bổ sung của Cổng; Nghị định 224/2026/NĐ-CP, điều 19"),
        _ALL_CHANNELS,
        _ASSISTED_NONE,
        _("Hồ sơ chưa có kết quả."),
        shape=Shape.DAYS,
        short=_("Thời gian giải quyết"),
        higher_is_better=False,
    ),
)

STOCK_MEASURES: tuple[Measure, ...] = (
    Measure(
        "overdue-now",
        1,
        _("Hồ sơ đang giải quyết đã quá hạn"),
        _F["overdue_now"],
        _F["open_now"],
        _("Hồ sơ đã quá ngày hẹn mà chưa có kết quả, ngay lúc này, trên hồ sơ đang giải quyết."),
        _CITY,
        _ALL_CHANNELS,
        _ASSISTED_NONE,
        _("Hồ sơ đang tạm dừng chờ bổ sung hoặc chờ nghĩa vụ tài chính không bị coi là quá hạn."),
        short=_("Đang quá hạn"),
        higher_is_better=False,
    ),
    Measure(
        "waiting-now",
        1,
        _("Hồ sơ chờ tiếp nhận quá tám giờ làm việc"),
        _F["waiting_late_now"],
        _F["waiting_now"],
        _("Hồ sơ đã nộp quá tám giờ làm việc mà chưa được trả lời, ngay lúc này, trên hồ sơ chờ tiếp nhận."),
        _("Nghị định 45/2020/NĐ-CP; Nghị định 118/2025/NĐ-CP"),
        _ALL_CHANNELS,
        _ASSISTED_NONE,
        _("Hồ sơ đang chờ người nộp bổ sung."),
        short=_("Chờ tiếp nhận quá 8 giờ"),
        higher_is_better=False,
    ),
)

MEASURE_BY_CODE = {measure.code: measure for measure in (*MEASURES, *STOCK_MEASURES)}
# The city's targets, in the order of the boards.
MAIN = ("online", "full-of-all", "full-of-online", "on-time", "e-result")
FURTHER = ("online-unassisted", "intake-8h", "paid-online", "handling")
OTHER_READINGS = (
    "online-offered",
    "online-filed",
    "online-assisted",
    "full-in-fact",
    "on-time-766",
    "paid-online-amount",
)
