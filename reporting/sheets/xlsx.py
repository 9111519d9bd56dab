"""A report as a workbook: a sheet per table with the numbers as numbers, and one of definitions."""

from __future__ import annotations

import datetime
import io
from dataclasses import dataclass
from typing import Any

from reporting.sheets.base import COUNT, DAYS, MONEY, POINTS, SHARE, WORDS, Sheet, Table, Value, cell_text

_FORMATS = {COUNT: "#,##0", MONEY: "#,##0", SHARE: "0.0%", POINTS: "0.00", DAYS: "0.0", WORDS: "@"}
_HEAD = {
    "bold": True,
    "align": "center",
    "valign": "vcenter",
    "text_wrap": True,
    "border": 1,
    "bg_color": "#E6EEF0",
}


@dataclass(frozen=True)
class Printed:
    """What stands around the tables: the lines above them, and where the file is verified."""

    above: tuple[str, ...]
    below: tuple[str, ...]
    made_at: datetime.datetime


def workbook(sheet: Sheet, printed: Printed) -> bytes:
    """The bytes of the workbook. Text goes in as text: no cell can become a formula."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": sheet.title, "created": printed.made_at.replace(tzinfo=None)})
    looks = _Looks(book)
    for number, table in enumerate(sheet.tables, 1):
        name = f"Bảng {number}" if len(sheet.tables) > 1 else "Báo cáo"
        _write_table(book.add_worksheet(name), looks, sheet, table, printed)
    _write_notes(book.add_worksheet("Định nghĩa"), looks, sheet, printed)
    book.close()
    return out.getvalue()


class _Looks:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        base = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
        self.title = book.add_format({**base, "bold": True, "font_size": 14})
        self.plain = book.add_format(base)
        self.wrap = book.add_format({**base, "text_wrap": True, "valign": "top"})
        self.bold = book.add_format({**base, "bold": True})
        self.head = book.add_format({**base, **_HEAD})
        self.label = book.add_format({**base, "border": 1, "text_wrap": True})
        self.total_label = book.add_format({**base, "border": 1, "bold": True})
        self._cells = {
            (kind, bold): book.add_format(
                {**base, "border": 1, "num_format": form, "bold": bold, "text_wrap": kind == WORDS}
            )
            for kind, form in _FORMATS.items()
            for bold in (False, True)
        }

    def cell(self, kind: str, *, bold: bool) -> Any:
        """The format of a value."""
        return self._cells[kind, bold]


def _write_table(page: Any, looks: _Looks, sheet: Sheet, table: Table, printed: Printed) -> None:
    row = _write_head(page, looks, sheet, printed)
    if table.title:
        page.write_string(row, 0, table.title, looks.bold)
        row += 1
    page.set_column(0, 0, 38)
    for number, column in enumerate(table.columns, 1):
        page.set_column(number, number, 48 if column.wide else 14 if column.kind == MONEY else 11)
    first = row
    row = _write_columns(page, looks, table, row)
    for line in table.lines:
        page.write_string(row, 0, line.label, looks.label)
        _write_values(page, looks, table, row, line.values, bold=False)
        row += 1
    if not table.lines:
        page.write_string(row, 0, "Chưa có dữ liệu trong kỳ này.", looks.label)
        row += 1
    if table.total is not None:
        page.write_string(row, 0, table.total.label, looks.total_label)
        _write_values(page, looks, table, row, table.total.values, bold=True)
        row += 1
    for text in (*_checks(sheet), *sheet.remarks):
        page.write_string(row, 0, text, looks.plain)
        row += 1
    page.freeze_panes(first + 2, 1)
    _set_print(page, first)


def _set_print(page: Any, first: int) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(first, first + 1)
    page.set_footer("&L&8&F&R&8Trang &P/&N")


def _write_head(page: Any, looks: _Looks, sheet: Sheet, printed: Printed) -> int:
    page.write_string(0, 0, sheet.title, looks.title)
    row = 1
    for text in (sheet.form, *printed.above):
        page.write_string(row, 0, text, looks.plain)
        row += 1
    return row + 1


def _write_columns(page: Any, looks: _Looks, table: Table, row: int) -> int:
    page.merge_range(row, 0, row + 1, 0, table.heading, looks.head)
    start = 1
    while start <= len(table.columns):
        column, end = table.columns[start - 1], start
        if not column.group:
            page.merge_range(row, start, row + 1, start, column.title, looks.head)
        else:
            while end < len(table.columns) and table.columns[end].group == column.group:
                end += 1
            if end > start:
                page.merge_range(row, start, row, end, column.group, looks.head)
            else:
                page.write_string(row, start, column.group, looks.head)
            for place in range(start, end + 1):
                page.write_string(row + 1, place, table.columns[place - 1].title, looks.head)
        start = end + 1
    return row + 2


def _write_values(
    page: Any, looks: _Looks, table: Table, row: int, values: tuple[Value, ...], *, bold: bool
) -> None:
    for place, (value, column) in enumerate(zip(values, table.columns, strict=True), 1):
        look = looks.cell(column.kind, bold=bold)
        if isinstance(value, int | float):
            page.write_number(row, place, value, look)
        else:
            page.write_string(row, place, cell_text(column.kind, value), look)


def _checks(sheet: Sheet) -> list[str]:
    return [
        f"{'Khớp' if one.holds else 'LỆCH'}: {one.label} ({one.left} = {one.right})" for one in sheet.checks
    ]


def _write_notes(page: Any, looks: _Looks, sheet: Sheet, printed: Printed) -> None:
    page.set_column(0, 0, 44)
    page.set_column(1, 1, 90)
    row = 0
    for note in sheet.notes:
        page.write_string(row, 0, note.title, looks.bold)
        row += 1
        for what, how in note.lines:
            page.write_string(row, 0, what, looks.wrap)
            page.write_string(row, 1, how, looks.wrap)
            row += 1
        row += 1
    for text in printed.below:
        page.write_string(row, 0, text, looks.plain)
        row += 1
    _set_print(page, 0)
