"""Writing a list as CSV or XLSX in portions: memory does not grow with the list."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from reporting.downloads.sources import PORTION, Row, Source
from reporting.exports import Echo, safe

SHEET_ROWS = 1_000_000  # a sheet of the format ends at 1,048,576
READ = 256 * 1024
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Beat = Callable[[int], None]


def nobody(_written: int) -> None:
    """A beat nobody listens to."""


def chunks(source: Source, form: str, beat: Beat = nobody) -> Iterator[bytes]:
    """The bytes of the file. `beat` hears after every portion how many lines are written; it may raise to stop."""
    return _csv(source, beat) if form == "csv" else _xlsx(source, beat)


def _portions(source: Source, beat: Beat) -> Iterator[list[Row]]:
    rows, written = source.rows(), 0
    while portion := list(islice(rows, PORTION)):
        yield portion
        written += len(portion)
        beat(written)


def _csv(source: Source, beat: Beat) -> Iterator[bytes]:
    writer = csv.writer(Echo())
    yield ("\ufeff" + writer.writerow(source.header)).encode()
    for portion in _portions(source, beat):
        lines = [writer.writerow([safe(value) for value in row]) for row in portion]
        yield "".join(lines).encode()


def _xlsx(source: Source, beat: Beat) -> Iterator[bytes]:
    """The workbook is written row by row to a scratch file first; text is text, so nothing becomes a formula."""
    with tempfile.TemporaryDirectory(prefix="portal-export-") as folder:
        path = Path(folder, "list.xlsx")
        _write_book(path, folder, source, beat)
        with path.open("rb") as file:
            while data := file.read(READ):
                yield data


def _write_book(path: Path, folder: str, source: Source, beat: Beat) -> None:
    import xlsxwriter

    options = {
        "constant_memory": True, "tmpdir": folder, "use_zip64": True, "strings_to_formulas": False,
        "strings_to_urls": False,
    }  # fmt: skip
    book = xlsxwriter.Workbook(str(path), options)
    bold = book.add_format({"bold": True})
    page: Any = None
    line = 0
    for portion in _portions(source, beat):
        for row in portion:
            if page is None or line > SHEET_ROWS:
                page, line = _new_sheet(book, bold, source), 1
            for place, value in enumerate(row):
                if isinstance(value, int):
                    page.write_number(line, place, value)
                else:
                    page.write_string(line, place, str(value))
            line += 1
    if page is None:
        _new_sheet(book, bold, source)
    book.close()


def _new_sheet(book: Any, bold: Any, source: Source) -> Any:
    page = book.add_worksheet()
    page.freeze_panes(1, 1)
    for place, title in enumerate(source.header):
        page.write_string(0, place, title, bold)
    return page
