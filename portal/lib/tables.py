"""Tables people upload: CSV and XLSX workbooks, told apart by their content, refused before they can do harm.

A workbook is a ZIP archive: its directory is read before anything is unpacked, so that a small file that grows to
gigabytes ("zip bomb"), an archive of something else and an encrypted one are refused by their sizes and names.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.lib.uploads import BadUpload

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
MOST_RATIO = 200
MOST_PARTS = 500
HEAD_BYTES = 4096
_ARCHIVE = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Line:
    """A line of a table: its number in the file from 1, its cells as text."""

    number: int
    cells: tuple[str, ...]


def check_size(data: bytes, most: int = MOST_BYTES) -> None:
    """Raise BadUpload for an empty file or one above `most` bytes."""
    if not data.strip():
        raise BadUpload(_("Tệp rỗng (0 byte). Hãy kiểm tra lại tệp trên máy của bạn."))
    if len(data) > most:
        raise BadUpload(
            _("Tệp lớn hơn %(limit)s MB. Hãy giảm dung lượng hoặc chia thành nhiều tệp.")
            % {"limit": most // (1024 * 1024)}
        )


def is_workbook(data: bytes) -> bool:
    """Whether the content is that of an archive, as XLSX is."""
    return data.startswith(_ARCHIVE)


def read_lines(data: bytes, *, most_lines: int) -> list[Line]:
    """The lines of the first sheet or of the CSV that hold anything. Raises BadUpload with the reason."""
    check_size(data)
    if data.startswith(_OLD_OFFICE):
        raise BadUpload(
            _("Tệp là dạng cũ (XLS) hoặc có mật khẩu. Hãy lưu lại thành XLSX hoặc CSV, không mật khẩu.")
        )
    lines = _workbook(data) if is_workbook(data) else _separated(data)
    if len(lines) > most_lines:
        raise BadUpload(_("Tệp có quá nhiều dòng: nhiều nhất %(most)s.") % {"most": most_lines})
    return lines


def check_workbook(data: bytes) -> None:
    """Raise BadUpload unless the archive is a workbook of a sane size; nothing is unpacked for it."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise BadUpload(_("Không mở được tệp: tệp hỏng hoặc không phải bảng tính.")) from error
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise BadUpload(_("Tệp nén này không phải bảng tính XLSX."))
    unpacked = sum(part.file_size for part in parts)
    swollen = any(part.file_size > MOST_RATIO * max(part.compress_size, 1024) for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or swollen:
        raise BadUpload(_("Bảng tính này phình ra quá lớn khi mở. Hãy lưu lại thành CSV rồi tải lên."))
    if any(part.flag_bits & 0x1 for part in parts):
        raise BadUpload(_("Tệp có mật khẩu. Hãy lưu lại không mật khẩu."))


def _workbook(data: bytes) -> list[Line]:
    from python_calamine import CalamineError, CalamineWorkbook

    check_workbook(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise BadUpload(_("Không mở được tệp: tệp hỏng hoặc không phải bảng tính.")) from error
    return _full((number, [_text(cell) for cell in row]) for number, row in enumerate(rows, 1))


def _separated(data: bytes) -> list[Line]:
    text = decoded(data)
    if "\x00" in text[:HEAD_BYTES]:
        raise BadUpload(_("Không mở được tệp: tệp hỏng hoặc không phải bảng tính."))
    head = text[:HEAD_BYTES]
    mark = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text.replace("\x00", " "), newline=""), delimiter=mark)
    try:
        return _full((reader.line_num, [_text(cell) for cell in row]) for row in reader)
    except csv.Error as error:
        raise BadUpload(_("Không mở được tệp: tệp hỏng hoặc không phải bảng tính.")) from error


def _full(rows: object) -> list[Line]:
    found = []
    for number, cells in rows:  # type: ignore[attr-defined]
        if any(cells):
            found.append(Line(number, tuple(cells)))
    return found


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 (with its mark) or the Vietnamese Windows code page."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1258", errors="replace")


def _text(cell: object) -> str:
    """A cell as text: whole numbers without a fraction, nothing that cannot be printed but line ends."""
    text = "" if cell is None else str(cell)
    if isinstance(cell, float) and cell.is_integer():
        text = str(int(cell))
    return "".join(char if char.isprintable() or char == "\n" else " " for char in text).strip()


def cell(line: Line, place: int | None) -> str:
    """The cell at `place`, "" beyond the end or without a place."""
    return line.cells[place] if place is not None and place < len(line.cells) else ""


def heading_of(
    lines: Sequence[Line], names: dict[str, tuple[str, ...]], needed: set[str]
) -> tuple[int, dict[str, int]]:
    """The place of the heading among the first lines and the column of each name.

    `names` maps a column to the folded beginnings of its heading; the longest that fits decides. Raises BadUpload
    naming what is missing.
    """
    from portal.lib.text import fold

    best: dict[str, int] = {}
    for place, line in enumerate(lines[:40]):
        columns: dict[str, int] = {}
        for index, text in enumerate(line.cells):
            fits = [
                (len(known), name)
                for name, known_names in names.items()
                for known in known_names
                if fold(text).startswith(known)
            ]
            if fits:
                columns.setdefault(max(fits)[1], index)
        if needed <= columns.keys():
            return place, columns
        best = max(best, columns, key=len)
    missing = ", ".join(names[name][0] for name in sorted(needed - best.keys()))
    raise BadUpload(_("Không tìm thấy dòng tiêu đề; còn thiếu cột: %(columns)s.") % {"columns": missing})
