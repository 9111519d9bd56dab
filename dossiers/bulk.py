"""Many dossiers of one procedure from a table: its columns, its workbook, and the check of every row. Reads only."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from portal.accounts.former import named, plain
from portal.lib.text import fold
from procedures.form_engine import Lists, check_answers, party_from, required_documents
from procedures.form_schema import FieldSpec, FormSchema, Kind
from procedures.forms_engine.reading import former_note
from procedures.models import ProcedureCase, ProcedureVersion, RequiredDocument

MOST_ROWS = 100
MOST_BYTES = 2 * 1024 * 1024
PAPER = "Giấy tờ: "
YES = {"x", "co", "1", "true", "yes", "v"}
LONGEST_LIST = 255  # characters a workbook takes for the choices of a cell


class BulkError(ValueError):
    """A procedure or a table that cannot be taken in bulk; the message says why."""


@dataclass(frozen=True)
class Column:
    """One column: a question of the form, or a paper with how many were brought."""

    label: str
    required: bool
    spec: FieldSpec | None = None
    document: RequiredDocument | None = None

    @property
    def heading(self) -> str:
        """As it stands in the workbook; a star marks what every row needs."""
        return f"{self.label} *" if self.required else self.label


@dataclass
class Cell:
    """What stands in a cell, what is wrong with it, and what an old ward or commune in it is today."""

    text: str
    errors: list[str] = field(default_factory=list)
    note: str = ""


@dataclass
class CheckedRow:
    """A row of the table, checked: answers that may be filed, papers by key with how many, errors by cell."""

    number: int
    cells: list[Cell]
    answers: dict[str, Any]
    papers: dict[int, int]
    owner: str
    errors: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether it can go in."""
        return not self.errors and not any(cell.errors for cell in self.cells)


def columns(version: ProcedureVersion, case: ProcedureCase | None, schema: FormSchema) -> list[Column]:
    """The columns of a procedure in the order of its form, then its papers.

    Raises BulkError for a form that needs rows within a dossier: such a form does not fit a line.
    """
    found: list[Column] = []
    for section in schema.sections:
        for spec in section.fields:
            if spec.type == Kind.GROUP and (spec.required or spec.min_rows):
                raise BulkError(_("Tờ khai của thủ tục này có bảng nhiều dòng: xin tiếp nhận từng hồ sơ."))
            if spec.type not in {Kind.GROUP, Kind.INFO, Kind.COMPUTED}:
                found.append(Column(spec.label.vi, spec.required, spec=spec))
    labels = [column.label for column in found]
    found = [
        Column(f"{column.label} ({column.spec.name})", column.required, spec=column.spec)
        if column.spec and labels.count(column.label) > 1
        else column
        for column in found
    ]
    of_case = Q(case=None) if case is None else Q(case=None) | Q(case=case)
    papers = RequiredDocument.objects.filter(of_case, version=version)
    return found + [Column(PAPER + paper.name, False, document=paper) for paper in papers]


def template(title: str, cells: Sequence[Column]) -> bytes:
    """The workbook to fill in: headings, choices to pick from, and a sheet that explains each column."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    head = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#E3EFF1", "valign": "top"})
    text = book.add_format({"num_format": "@"})
    sheet, notes = book.add_worksheet("Hồ sơ"), book.add_worksheet("Hướng dẫn")
    lists = Lists()
    notes.write_row(0, 0, ["Cột", "Bắt buộc", "Ghi thế nào"], head)
    notes.set_column(0, 2, 45)
    for place, column in enumerate(cells):
        sheet.write_string(0, place, column.heading, head)
        sheet.set_column(place, place, 24, text)  # text, so that a number keeps its leading zeros
        names = _names(column, lists)
        if names and len(",".join(names)) <= LONGEST_LIST and not any("," in name for name in names):
            sheet.data_validation(
                1, place, MOST_ROWS, place, {"validate": "list", "source": names, "error_type": "warning"}
            )
        notes.write_row(place + 1, 0, [column.label, "có" if column.required else "", _how(column, names)])
    sheet.freeze_panes(1, 0)
    book.set_properties({"title": title})
    book.close()
    return out.getvalue()


def _names(column: Column, lists: Lists) -> list[str]:
    if column.spec is None:
        return []
    items = lists.communes if column.spec.type == Kind.COMMUNE else column.spec.choices
    return [vi for _code, vi, _en in items]


def _how(column: Column, names: Sequence[str]) -> str:
    if column.document is not None:
        return "Số bản đã nhận, hoặc x; bỏ trống nếu không có"
    spec = column.spec
    if spec is not None and spec.type == Kind.CHECKBOX:
        return "x nếu có; bỏ trống nếu không"
    if spec is not None and spec.type == Kind.DATE:
        return "ngày/tháng/năm, ví dụ 24/11/2026"
    if spec is not None and spec.type == Kind.MULTI:
        return "các mục cách nhau bằng dấu chấm phẩy: " + "; ".join(names)
    return "một trong: " + "; ".join(names) if names and len(names) <= 20 else ""


def text_of(data: bytes) -> str:
    """The first sheet of a workbook as lines with tabs. Raises BulkError for anything else."""
    from python_calamine import CalamineError, CalamineWorkbook

    if len(data) > MOST_BYTES:
        raise BulkError(_("Tệp quá lớn."))
    try:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise BulkError(_("Không đọc được tệp này: xin dùng tệp mẫu XLSX.")) from error
    out = io.StringIO()
    csv.writer(out, dialect="excel-tab", lineterminator="\n").writerows(
        [_plain(cell) for cell in row] for row in rows
    )
    return out.getvalue()


def _plain(cell: Any) -> str:
    if isinstance(cell, bool):
        return "x" if cell else ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.date):
        return f"{cell:%d/%m/%Y}"
    return " ".join(str(cell).split())


def rows_of(text: str, cells: Sequence[Column]) -> list[tuple[int, list[str]]]:
    """The rows by their line number, each in the order of the columns. Raises BulkError naming a wrong heading."""
    text = text.replace("\x00", "")
    lines = list(csv.reader(io.StringIO(text, newline=""), dialect="excel-tab"))
    numbered = [(number, line) for number, line in enumerate(lines, 1) if any(cell.strip() for cell in line)]
    if len(numbered) < 2:
        raise BulkError(_("Bảng cần dòng tiêu đề của tệp mẫu và ít nhất một dòng hồ sơ."))
    if len(numbered) - 1 > MOST_ROWS:
        raise BulkError(_("Mỗi lần tối đa %(most)s hồ sơ.") % {"most": MOST_ROWS})
    places = _places(numbered[0][1], cells)
    return [
        (number, [line[place].strip() if place is not None and place < len(line) else "" for place in places])
        for number, line in numbered[1:]
    ]


def _places(headings: Sequence[str], cells: Sequence[Column]) -> list[int | None]:
    given = {fold(heading).rstrip(" *"): place for place, heading in enumerate(headings) if heading.strip()}
    known = [fold(column.label) for column in cells]
    strange = [headings[place] for name, place in given.items() if name not in known]
    if strange:
        raise BulkError(_("Tệp mẫu không có cột: %(names)s.") % {"names": ", ".join(strange[:3])})
    lacking = [
        column.label
        for column, name in zip(cells, known, strict=True)
        if column.required and name not in given
    ]
    if lacking:
        raise BulkError(_("Thiếu cột: %(names)s.") % {"names": ", ".join(lacking[:3])})
    return [given.get(name) for name in known]


class Checker:
    """Checks rows as the counter would check each dossier; `known` are answers every row has (the filer's own)."""

    def __init__(
        self,
        version: ProcedureVersion,
        case: ProcedureCase | None,
        schema: FormSchema,
        cells: Sequence[Column],
        known: Mapping[str, Any],
    ) -> None:
        self.version, self.case, self.schema, self.columns, self.known = version, case, schema, cells, known
        self.lists = Lists()
        self.communes = {plain(vi): code for code, vi, _en in self.lists.communes}
        self.communes |= {fold(name): code for code, *names in self.lists.communes for name in (code, *names)}

    def check(self, number: int, texts: Sequence[str]) -> CheckedRow:
        """One row."""
        cells = [self._cell_of(column, text) for column, text in zip(self.columns, texts, strict=True)]
        answers = {**self.known, **dict(self._answers(texts))}
        papers = dict(self._papers(cells))
        checked = check_answers(self.schema, answers, lists=self.lists)
        owner = str(party_from(self.schema, checked.cleaned).get("name", ""))
        row = CheckedRow(number, cells, answers, papers, owner)
        self._place_errors(row, checked.errors)
        for paper in required_documents(self.version, self.case, checked.cleaned):
            if paper.required and paper.pk not in papers:
                self._cell(row, document=paper).errors.append(_("Chưa nhận giấy tờ bắt buộc này."))
        return row

    def _cell_of(self, column: Column, text: str) -> Cell:
        """A cell with what is to say of a former ward or commune: one that was split leaves a choice to the officer."""
        cell = Cell(text)
        if column.spec is None or not text:
            return cell
        if column.spec.type == Kind.ADDRESS:
            cell.note = former_note(column.spec, text)
        elif column.spec.type == Kind.COMMUNE and fold(text) not in self.communes:
            found = named(text)
            if found is not None and found.code:
                cell.note = found.said
            elif found is not None:
                cell.errors.append(found.said)
        return cell

    def _answers(self, texts: Sequence[str]) -> Iterator[tuple[str, Any]]:
        for column, text in zip(self.columns, texts, strict=True):
            if column.spec is not None and (text or column.spec.type == Kind.CHECKBOX):
                yield column.spec.name, self._value(column.spec, text)

    def _value(self, spec: FieldSpec, text: str) -> Any:
        if spec.type == Kind.CHECKBOX:
            return fold(text) in YES
        items = self.lists.communes if spec.type == Kind.COMMUNE else spec.choices
        if not items:
            return text
        if spec.type == Kind.COMMUNE:
            found = None if fold(text) in self.communes else named(text)
            return self.communes.get(fold(text)) or (found and found.code) or text
        codes = {fold(name): code for code, *names in items for name in (code, *names)}
        if spec.type == Kind.MULTI:
            return [codes.get(fold(part), part.strip()) for part in text.split(";") if part.strip()]
        return codes.get(fold(text), text)

    def _papers(self, cells: Sequence[Cell]) -> Iterator[tuple[int, int]]:
        for column, cell in zip(self.columns, cells, strict=True):
            if column.document is None or not cell.text:
                continue
            if fold(cell.text) == "x":
                yield column.document.pk, 0  # as the list says
            elif cell.text.isdigit() and 0 < int(cell.text) < 1000:
                yield column.document.pk, int(cell.text)
            else:
                cell.errors.append(_("Ghi số bản, hoặc x."))

    def _place_errors(self, row: CheckedRow, errors: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        for by_field in errors.values():
            for name, messages in by_field.items():
                texts = [str(message) for message in messages]
                cell = next(
                    (
                        each
                        for column, each in zip(self.columns, row.cells, strict=True)
                        if column.spec is not None and column.spec.name == name
                    ),
                    None,
                )
                if cell is None or not cell.errors:  # one that is a split ward said so already
                    (cell.errors if cell else row.errors).extend(texts)

    def _cell(self, row: CheckedRow, *, document: RequiredDocument) -> Cell:
        places = [column.document.pk if column.document else 0 for column in self.columns]
        return row.cells[places.index(document.pk)]
