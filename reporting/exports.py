"""CSV of a list: streamed, without personal data, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from reporting.behind import Line, Request, shown

HEADER = [
    "ma_ho_so",
    "ma_thu_tuc",
    "thu_tuc",
    "don_vi_tiep_nhan",
    "don_vi_giai_quyet",
    "kenh_nop",
    "muc_do_khi_nop",
    "nhap_giup",
    "ngay_nop",
    "ngay_tiep_nhan",
    "hen_tra",
    "ngay_co_ket_qua",
    "trang_thai",
    "thoi_diem_tinh",
    "gia_tri",
    "thuoc_tu_so",
    "chi_tieu",
    "phien_ban",
]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Echo:
    """A file that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def safe(value: object) -> str:
    """Text that a spreadsheet shows instead of running it as a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def stream(request: Request, units: dict[int, str]) -> Iterator[str]:
    """The lines of the file, read from the database in portions."""
    writer = csv.writer(Echo())
    yield "\ufeff"
    yield writer.writerow(HEADER)
    rows = request.lines().iterator(chunk_size=2000)
    for line in shown(rows, units, people=False):
        yield writer.writerow([safe(value) for value in cells(line, request)])


def cells(line: Line, request: Request | None) -> list[Any]:
    """The values of a line in the order of HEADER; without a request the definition is left empty."""
    return [
        line.code,
        line.procedure_code,
        line.procedure,
        line.receiving,
        line.competent,
        line.channel,
        line.level,
        int(line.assisted),
        instant(line.filed_at),
        instant(line.accepted_at),
        instant(line.due_at),
        instant(line.finished_at),
        line.state,
        instant(line.moment),
        line.worth,
        int(line.hit),
        *_definition(request),
    ]


def _definition(request: Request | None) -> tuple[str, int | str]:
    if request is None:
        return "", ""
    measure = request.measure
    return (request.fact.code, "") if measure is None else (measure.code, measure.version)


def instant(moment: datetime.datetime | None) -> str:
    """Hanoi time, "2026-03-02 09:00:00+07:00"; empty for None."""
    return timezone.localtime(moment).isoformat(sep=" ", timespec="seconds") if moment else ""
