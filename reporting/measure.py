"""What a definition of the statistics contract says: everything that could be read in two ways is a field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reporting.bases import Basis, Fact

Text = str | Promise
ZERO_RULE: Text = _("Chưa có dữ liệu (không coi là 100 %).")
NO_LEVEL: Text = _("Không phụ thuộc mức độ dịch vụ công.")


class Shape(Enum):
    """What the quotient is."""

    SHARE = "share"  # of 1, shown in per cent
    DAYS = "days"  # seconds over dossiers, shown in days

    @property
    def label(self) -> Text:
        """The unit a value is written in."""
        return _("phần trăm") if self is Shape.SHARE else _("ngày lịch")


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
    level: Text = NO_LEVEL
    shape: Shape = Shape.SHARE
    short: Text = ""
    higher_is_better: bool = True
    zero_rule: Text = ZERO_RULE

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
            (_("Hồ sơ ngoài địa bàn"), self.basis.territory),
            (_("Kênh nộp"), self.channels),
            (_("Nộp hộ"), self.assisted),
            (_("Mức độ dịch vụ công"), self.level),
            (_("Không tính"), self.excluded),
            (_("Khi mẫu số bằng 0"), self.zero_rule),
            (_("Đơn vị của con số"), self.shape.label),
            (_("Căn cứ"), self.source),
        ]


# Wordings several definitions share.
CITY: Text = _("Công văn 4173/UBND-ĐMPT ngày 21/7/2025 của UBND thành phố Hà Nội")
DECISION_766: Text = _("Quyết định 766/QĐ-TTg ngày 23/6/2022")
ALL_CHANNELS: Text = _("Cả ba kênh: trực tuyến, trực tiếp, bưu chính.")
ASSISTED_IN: Text = _("Hồ sơ có người nhập giúp vẫn tính là trực tuyến; xem riêng chỉ tiêu tự nộp.")
ASSISTED_NONE: Text = _("Không phân biệt.")
ACCEPTED_ONLY: Text = _(
    "Hồ sơ không được tiếp nhận hoặc đang chờ tiếp nhận; hồ sơ rút hay dừng sau khi tiếp nhận vẫn tính."
)
FINISHED_ONLY: Text = _(
    "Hồ sơ chưa có kết quả; hồ sơ đang quá hạn được nêu riêng nên để tồn hồ sơ không làm đẹp tỷ lệ."
)
LEVEL_AT_FILING: Text = _(
    "Mức độ của thủ tục vào ngày nộp, lưu cùng hồ sơ; đổi mức độ về sau không làm đổi số cũ."
)

PORTAL: Text = _("Chỉ tiêu bổ sung của Cổng")
ONLINE_ONLY: Text = _("Chỉ kênh trực tuyến.")
UNFINISHED_OUT: Text = _("Hồ sơ chưa có kết quả.")
