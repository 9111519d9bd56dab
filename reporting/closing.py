"""What the page of the sealed months shows."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Count, Max, Min, Sum
from django.db.models.functions import TruncMonth
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reporting.facts import FACT_BY_CODE
from reporting.models import Adjustment, Cause, FillState, Seal


@dataclass(frozen=True)
class Correction:
    """The corrections of one fact for one cause, summed over units."""

    title: str | Promise
    cause: str | Promise
    change: int
    first: datetime.datetime
    last: datetime.datetime


@dataclass(frozen=True)
class SealLine:
    """One sealed month: its seal and the corrections since."""

    seal: Seal
    corrections: tuple[Correction, ...]


# What a fault of a seal says to people; the log says it in full.
FAULTS: dict[str, str | Promise] = {
    "chain": _("mã chốt hoặc chuỗi mã trước đó đã bị sửa"),
    "corrections": _("các điều chỉnh đã biết khi chốt đã bị sửa"),
    "sums": _("các tổng tháng và tổng ngày không còn là tổng của số liệu từng ngày"),
    "sealed": _("bản số liệu đã chốt đã bị sửa"),
    "count": _("số liệu đang hiển thị khác số đã chốt và điều chỉnh"),
    "events": _("sự kiện của hồ sơ trong ngày đã bị sửa, xoá hoặc thêm"),
    "entries": _("bút toán trong ngày đã bị sửa, xoá hoặc thêm"),
}


@dataclass(frozen=True)
class FaultLine:
    """One fault ready to show; `detail` is the log's sentence."""

    where: str
    text: str | Promise
    detail: str


def fault_lines(state: FillState) -> list[FaultLine]:
    """What the last look at the seals found."""
    return [
        FaultLine(
            " · ".join(part for part in (fault["day"] or fault["month"], fault["unit"]) if part),
            FAULTS[fault["kind"]],
            fault["what"] if fault["kind"] == "count" else "",
        )
        for fault in state.seal_faults
    ]


def sealed_months() -> list[SealLine]:
    """Every sealed month, newest first, with its corrections (two queries)."""
    months: dict[datetime.date, list[Correction]] = {}
    lines = Adjustment.objects.order_by().annotate(month=TruncMonth("day")).values("month", "fact", "cause")
    for row in lines.annotate(lines=Count("pk"), sum=Sum("change"), first=Min("at"), last=Max("at")).order_by(
        "fact", "cause"
    ):
        fact = FACT_BY_CODE.get(row["fact"])
        title = fact.title if fact else row["fact"]
        months.setdefault(row["month"], []).append(
            Correction(title, Cause(row["cause"]).label, row["sum"], row["first"], row["last"])
        )
    return [SealLine(seal, tuple(months.get(seal.month, []))) for seal in Seal.objects.order_by("-month")]
