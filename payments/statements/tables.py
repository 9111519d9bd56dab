"""Statements as tables: CSV and workbooks, columns found by the names banks give them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from payments.statements.base import (
    BadCellError,
    BadRow,
    Parsed,
    Row,
    StatementError,
    read_amount,
    read_moment,
    tidy,
)
from portal.lib.text import fold

HEAD_WITHIN = 40
# Column by the folded beginning of its heading, in the wording of Vietnamese banks and in English.
COLUMNS = {
    "day": ("ngay giao dich", "ngay gd", "ngay hach toan", "ngay hieu luc", "ngay", "transaction date", "date"),
    "credit": ("so tien ghi co", "ghi co", "phat sinh co", "tien vao", "credit"),
    "debit": ("so tien ghi no", "ghi no", "phat sinh no", "tien ra", "debit"),
    "amount": ("so tien", "amount"),
    "text": ("noi dung", "dien giai", "mo ta", "description", "remark", "details", "content"),
    "reference": ("so tham chieu", "ma tham chieu", "ma giao dich", "so giao dich", "so but toan", "so ct",
                  "so chung tu", "transaction no", "transaction id", "reference", "ref"),
    "payer": ("ten nguoi chuyen", "nguoi chuyen", "ten doi tac", "ten tai khoan doi ung", "doi tac", "remitter",
              "counterparty name", "corresponsive name", "payer"),
    "payer_account": ("tai khoan doi ung", "so tai khoan doi ung", "tai khoan nguoi chuyen", "counterparty account"),
    "currency": ("loai tien", "don vi tien", "currency"),
}  # fmt: skip
SUMS = re.compile(r"\b(tong|cong|so du|total|balance)\b")
Cells = Sequence[object]


def read_csv(text: str) -> Parsed:
    """A CSV with comma, semicolon or tab. Raises StatementError without a heading line that can be read."""
    head = "\n".join(text.splitlines()[:HEAD_WITHIN])
    mark = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text.replace("\x00", " "), newline=""), delimiter=mark)
    try:
        rows: list[tuple[int, Cells]] = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise StatementError("unreadable") from error
    return _table("csv", rows)


def read_workbook(data: bytes) -> Parsed:
    """The first sheet of an XLSX or XLS file that has a heading line."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    except (CalamineError, OSError, ValueError) as error:
        raise StatementError("unreadable") from error
    for cells in sheets:
        rows = [(number, row) for number, row in enumerate(cells, 1)]
        if _heading(rows) is not None:
            return _table("xlsx", rows)
    raise StatementError("no_heading")


def _table(kind: str, rows: Sequence[tuple[int, Cells]]) -> Parsed:
    found = _heading(rows)
    if found is None:
        raise StatementError("no_heading")
    place, columns = found
    good: list[Row] = []
    bad: list[BadRow] = []
    for line, cells in rows[place + 1 :]:
        if not any(tidy(cell, 20) for cell in cells) or _is_total(cells, columns):
            continue
        try:
            row = _row(line, cells, columns)
        except BadCellError as error:
            bad.append(BadRow(line, str(error)))
            continue
        good.append(row)
    return Parsed(kind, _account_above(rows[:place]), good, bad)


def _heading(rows: Iterable[tuple[int, Cells]]) -> tuple[int, dict[str, int]] | None:
    """Which row is the heading and where its columns are: a day, a text and an amount at least."""
    for place, (_line, cells) in enumerate(rows):
        if place >= HEAD_WITHIN:
            return None
        columns: dict[str, int] = {}
        for index, cell in enumerate(cells):
            name = _column(fold(tidy(cell, 80)))
            if name and name not in columns:
                columns[name] = index
        if {"day", "text"} <= columns.keys() and columns.keys() & {"credit", "amount"}:
            return place, columns
    return None


def _column(heading: str) -> str:
    """The column whose longest known beginning fits."""
    fits = [
        (len(known), name)
        for name, beginnings in COLUMNS.items()
        for known in beginnings
        if heading.startswith(known)
    ]
    return max(fits)[1] if fits else ""


def _is_total(cells: Cells, columns: dict[str, int]) -> bool:
    """A line of sums or balances below the movements: no day, and a word that says so."""
    words = fold(" ".join(tidy(cell, 60) for cell in cells))
    return not tidy(_cell(cells, columns, "day"), 20) and SUMS.search(words) is not None


def _cell(cells: Cells, columns: dict[str, int], name: str) -> object:
    place = columns.get(name)
    return cells[place] if place is not None and place < len(cells) else ""


def _row(line: int, cells: Cells, columns: dict[str, int]) -> Row:
    def cell(name: str) -> object:
        return _cell(cells, columns, name)

    booked_at = read_moment(cell("day"))
    amount = _amount(cell("credit"), cell("debit"), cell("amount"), columns)
    return Row(
        line=line,
        booked_at=booked_at,
        amount=amount,
        currency=(tidy(cell("currency"), 3) or "VND").upper(),
        reference=tidy(cell("reference"), 60),
        text=tidy(cell("text"), 500),
        payer=tidy(cell("payer"), 200),
        payer_account=tidy(cell("payer_account"), 40),
    )


def _amount(credit: object, debit: object, amount: object, columns: dict[str, int]) -> int:
    """Credit minus debit where the bank has two columns, else the signed one. Raises BadCellError for nothing."""
    if "credit" in columns:
        found = abs(read_amount(credit)) - abs(read_amount(debit))
    else:
        found = read_amount(amount)
    if not found:
        raise BadCellError("amount")
    return found


def _account_above(rows: Iterable[tuple[int, Cells]]) -> str:
    """The account number a bank prints above the table, "" when it prints none."""
    for _line, cells in rows:
        words = " ".join(tidy(cell, 80) for cell in cells)
        found = re.search(r"(?:so tai khoan|account (?:no|number))\D{0,12}([0-9]{6,19})", fold(words))
        if found:
            return found.group(1)
    return ""
