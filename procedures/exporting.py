"""The whole catalogue as a download: JSON written as it is read, and a workbook that the import reads back."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from portal.lib import clock
from procedures.models import Channel, TimeUnit
from procedures.open_data import Data, everything
from procedures.querysets import catalogue

MOST_CELL = 32_000  # a cell of XLSX holds 32,767 letters
CHANNELS = (Channel.ONLINE, Channel.COUNTER, Channel.POST)
LEVELS = {"commune": "Cấp xã", "province": "Cấp tỉnh"}
PEOPLE = {"citizen": "Công dân Việt Nam", "organisation": "Tổ chức"}
OFFERS = {"full": "Toàn trình", "partial": "Một phần", "counter": "Chỉ tại quầy", "none": "Không thực hiện"}


def head() -> Data:
    """What the data is: when it was taken, how recent its sources are, where they come from."""
    entries = catalogue().entries
    return {
        "exported_at": clock.now().isoformat(timespec="seconds"),
        "as_of": max((entry.as_of for entry in entries), default=""),
        "sources": sorted({entry.source for entry in entries}),
        "count": len(entries),
    }


def as_json() -> Iterator[str]:
    """{"exported_at", "as_of", "sources", "count", "procedures": [as the API's detail]}, a portion at a time."""
    start = json.dumps(head(), ensure_ascii=False)
    yield start[:-1] + ', "procedures": [\n'
    for number, one in enumerate(everything()):
        yield ("" if not number else ",\n") + json.dumps(one, ensure_ascii=False)
    yield "\n]}\n"


def as_workbook() -> bytes:
    """Sheets: catalogue (a line a procedure, with the columns the import knows), papers, fees, steps, levels, source.

    Everything is written as text, so that no spreadsheet eats a code or runs a cell.
    """
    import xlsxwriter

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue.xlsx"
        book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
        bold = book.add_format({"bold": True})
        sheets = [_Sheet(book, name, heading, bold) for name, heading in SHEETS.items()]
        for one in everything():
            for sheet, rows in zip(sheets, _rows(one), strict=True):
                sheet.write(rows)
        _about(book.add_worksheet("Nguồn"), bold)
        book.close()
        return path.read_bytes()


SHEETS = {
    "Danh mục": (
        "Mã thủ tục", "Tên thủ tục", "Lĩnh vực", "Cấp thực hiện", "Cơ quan thực hiện", "Đối tượng thực hiện",
        "Quyết định công bố", "Mức độ trực tuyến", "Thời hạn trực tuyến", "Phí trực tuyến", "Thời hạn trực tiếp",
        "Phí trực tiếp", "Thời hạn bưu chính", "Phí bưu chính", "Thành phần hồ sơ", "Kết quả thực hiện", "Mã kết quả",
        "Căn cứ pháp lý", "Nộp trực tuyến tại cổng", "Dữ liệu tính đến",
    ),
    "Giấy tờ": ("Mã thủ tục", "Trường hợp", "Giấy tờ", "Bản chính", "Bản sao", "Bắt buộc", "Căn cứ đòi bản chứng thực"),
    "Phí, lệ phí": ("Mã thủ tục", "Trường hợp", "Hình thức", "Khoản thu", "Loại", "Mức thu", "Căn cứ", "Từ ngày"),
    "Các bước": ("Mã thủ tục", "Trường hợp", "Thứ tự", "Bước", "Vai trò", "Phút làm việc"),
    "Mức độ tại đơn vị": ("Mã đơn vị", "Mã thủ tục", "Mức độ", "Từ ngày", "Đến trước ngày", "Văn bản"),
}  # fmt: skip


class _Sheet:
    """A sheet that is written from top to bottom, all cells as text."""

    def __init__(self, book: Any, name: str, heading: tuple[str, ...], bold: Any) -> None:
        self.sheet, self.line = book.add_worksheet(name), 0
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_column(0, len(heading) - 1, 18)
        for place, text in enumerate(heading):
            self.sheet.write_string(0, place, text, bold)

    def write(self, rows: list[tuple[Any, ...]]) -> None:
        for row in rows:
            self.line += 1
            for place, value in enumerate(row):
                self.sheet.write_string(self.line, place, str(value)[:MOST_CELL])


def _about(sheet: Any, bold: Any) -> None:
    about = head()
    lines = [
        ("Xuất lúc", about["exported_at"]),
        ("Dữ liệu tính đến", about["as_of"]),
        *(("Nguồn", source) for source in about["sources"]),
        ("Số thủ tục", str(about["count"])),
    ]
    for line, (name, value) in enumerate(lines):
        sheet.write_string(line, 0, name, bold)
        sheet.write_string(line, 1, value)


def _rows(one: Data) -> Iterator[list[tuple[Any, ...]]]:
    """The lines of one procedure for each sheet, in the order of `SHEETS`."""
    code = one["code"]
    yield [_line(one)]
    yield [
        (
            code,
            p["case"],
            p["name"],
            p["originals"],
            p["copies"],
            "x" if p["required"] else "",
            p["certified_basis"],
        )
        for p in one["papers"]
    ]
    yield [
        (
            code,
            f["case"],
            f["channel"],
            f["name"],
            f["kind"],
            _tiers(f["tiers"]),
            f["source"],
            f["valid_from"],
        )
        for f in one["fees"]
    ]
    yield [(code, s["case"], s["order"], s["name"], s["role"], s["minutes"]) for s in one["steps"]]
    yield [
        (u["unit"], code, OFFERS[u["level"]], u["valid_from"], u["valid_to"] or "", u["document"])
        for u in one["unit_levels"]
    ]


def _line(one: Data) -> tuple[Any, ...]:
    limits: list[str] = []
    for channel in CHANNELS:
        rows = [limit for limit in one["time_limits"] if limit["channel"] == channel]
        limits += [_times(rows), _amounts(rows)]
    kinds = one["result_kinds"]
    return (
        one["code"],
        one["official_title"],
        one["field"],
        ", ".join(LEVELS[level] for level in one["levels"]),
        one["agency"],
        ", ".join(PEOPLE[each] for each in one["applicants"]),
        one["decision"],
        OFFERS.get(one["online_level"], ""),
        *limits,
        "\n".join(f"- {_paper(paper)}" for paper in one["papers"]),
        "\n".join(f"- {kind['name']}" for kind in kinds),
        "; ".join(kind["code"] for kind in kinds if kind["code"]),
        "; ".join(one["legal_basis"]),
        "x" if one["files_online"] else "",
        one["as_of"],
    )


def _times(rows: list[Data]) -> str:
    return "; ".join(dict.fromkeys(_time(row) for row in rows)) or ""


def _time(row: Data) -> str:
    if row["time"] is None:
        return "Không có thông tin"
    if row["unit"] == TimeUnit.SAME_DAY:
        return "Trong ngày làm việc"
    unit = "" if row["unit"] == TimeUnit.UNKNOWN else f" {TimeUnit(row['unit']).label}"
    return f"{row['time']:g}{unit}"


def _amounts(rows: list[Data]) -> str:
    amounts = dict.fromkeys(amount for row in rows for amount in row["fee_vnd"])
    return "; ".join(f"{amount:,} VNĐ" if amount else "Miễn phí" for amount in amounts)


def _paper(paper: Data) -> str:
    if not paper["originals"] and not paper["copies"]:
        return str(paper["name"])
    return f"{paper['name']} ({paper['originals']} bản chính, {paper['copies']} bản sao)"


def _tiers(tiers: list[dict[str, Any]]) -> str:
    return "; ".join(
        f"{tier['amount']}" + (f" đến {tier['upto']}" if tier["upto"] is not None else "") for tier in tiers
    )
