"""Which set of the one-stop forms a day uses (domain facts 2.1).

From 15/9/2025 the seven forms of TT 03/2025/TT-VPCP, before that the six of TT 01/2018/TT-VPCP, which knew no
stop notice and numbered the control sheet 05. A document keeps the set of the day it was issued.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from dossiers.models import DocumentKind as Kind

NEW_FORMS_FROM = datetime.date(2025, 9, 15)

# The letters behind the number. Sector lists give none for the one-stop forms: these are the portal's own.
SERIES: dict[str, str] = {
    Kind.ACKNOWLEDGEMENT: "TNHS",
    Kind.SUPPLEMENT: "YCBS",
    Kind.REFUSAL: "TCHS",
    Kind.APOLOGY: "PXL",
    Kind.STOP: "TBD",
    Kind.CONTROL: "KSGQ",
    Kind.RESULT: "KQ",
    Kind.RECEIPT_NOTICE: "TBSS",
}


@dataclass(frozen=True)
class FormSet:
    """The forms of one circular: number and official title by kind; a kind it does not know has no number."""

    circular: str
    forms: dict[str, tuple[str, str]]

    def heading(self, kind: str) -> str:
        """The line in the corner, "Mẫu số 01 · TT 03/2025/TT-VPCP"; empty for a paper outside the set."""
        number = self.forms.get(kind, ("", ""))[0]
        return f"Mẫu số {number} · {self.circular}" if number else ""

    def title(self, kind: str) -> str:
        """The official title of a kind in this set, or today's name of the kind."""
        return self.forms.get(kind, ("", str(Kind(kind).label)))[1]


TT_03_2025 = FormSet(
    "TT 03/2025/TT-VPCP",
    {
        Kind.ACKNOWLEDGEMENT: ("01", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"),
        Kind.SUPPLEMENT: ("02", "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ"),
        Kind.REFUSAL: ("03", "Phiếu từ chối tiếp nhận giải quyết hồ sơ"),
        Kind.APOLOGY: ("04", "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết"),
        Kind.STOP: ("05", "Thông báo dừng giải quyết hồ sơ"),
        Kind.CONTROL: ("06", "Phiếu kiểm soát quá trình giải quyết hồ sơ"),
    },
)
TT_01_2018 = FormSet(
    "TT 01/2018/TT-VPCP",
    {
        Kind.ACKNOWLEDGEMENT: ("01", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"),
        Kind.SUPPLEMENT: ("02", "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ"),
        Kind.REFUSAL: ("03", "Phiếu từ chối tiếp nhận giải quyết hồ sơ"),
        Kind.APOLOGY: ("04", "Phiếu xin lỗi và hẹn lại ngày trả kết quả"),
        Kind.STOP: ("", "Thông báo dừng giải quyết hồ sơ"),
        Kind.CONTROL: ("05", "Phiếu kiểm soát quá trình giải quyết hồ sơ"),
    },
)


def form_set(day: datetime.date) -> FormSet:
    """The set in force on `day` (Hanoi's date)."""
    return TT_03_2025 if day >= NEW_FORMS_FROM else TT_01_2018
