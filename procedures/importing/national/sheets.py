"""The spreadsheet export of the national catalogue: CSV or XLSX, columns found by their headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from portal.lib import tables
from procedures.codes import meant
from procedures.importing.build import names
from procedures.importing.national.kinds import SourceKind
from procedures.importing.national.records import (
    MOST_RECORDS,
    Line,
    Read,
    acts_of,
    amounts_of,
    applicants_of,
    levels_of,
    paper_of,
    result_of,
    take_all,
    time_of,
)

COLUMNS = {
    "code": ("ma thu tuc", "ma tthc", "ma so tthc", "code"),
    "title": ("ten thu tuc", "ten tthc", "title"),
    "field": ("linh vuc", "field"),
    "levels": ("cap thuc hien", "levels"),
    "decision": ("quyet dinh cong bo", "so quyet dinh", "quyet dinh", "decision"),
    "applicants": ("doi tuong", "applicants"),
    "agency": ("co quan thuc hien", "agency"),
    "papers": ("thanh phan ho so", "giay to", "papers"),
    "results": ("ket qua thuc hien", "ten ket qua", "ket qua", "results"),
    "result_codes": ("ma ket qua", "result_codes"),
    "basis": ("can cu phap ly", "legal_basis"),
    "online_time": ("thoi han truc tuyen", "online_time"),
    "counter_time": ("thoi han truc tiep", "counter_time"),
    "post_time": ("thoi han buu chinh", "post_time"),
    "online_fee": ("phi truc tuyen", "le phi truc tuyen", "online_fee"),
    "counter_fee": ("phi truc tiep", "le phi truc tiep", "counter_fee"),
    "ours": ("nop truc tuyen tai cong",),
    "post_fee": ("phi buu chinh", "le phi buu chinh", "post_fee"),
}
_COUNTS = re.compile(r"\s*[\(\[](\d+)\s*bản chính(?:,?\s*(\d+)\s*bản sao)?[\)\]]\s*$", re.IGNORECASE)


def read(data: bytes) -> Read:
    """The procedures of a table. Raises BadUpload when it has no heading with code and title."""
    lines = tables.read_lines(data, most_lines=MOST_RECORDS)
    place, columns = tables.heading_of(lines, COLUMNS, {"code", "title"})
    found = Read(SourceKind.SHEET.value)
    return take_all(found, _lines(found, lines[place + 1 :], columns))


def _lines(
    found: Read, lines: Sequence[tables.Line], columns: dict[str, int]
) -> Iterator[tuple[Line, str, str]]:
    for each in lines:
        line = Line(found, each.number, " | ".join(filter(None, each.cells)))
        cells = {name: tables.cell(each, columns.get(name)) for name in COLUMNS}
        line.code = meant(cells["code"])
        _fill(line, cells, ours="ours" in columns)
        yield line, cells["code"], cells["title"]


def _fill(line: Line, cells: dict[str, str], *, ours: bool) -> None:
    line.tell("field", names.clean(cells["field"]))
    line.tell("at", levels_of(cells["levels"]))
    line.tell("for", applicants_of([cells["applicants"]]))
    line.tell("agency", names.agency(cells["agency"]))
    line.tell("decision", names.clean(cells["decision"]))
    channels: dict[str, Any] = {}
    for name in ("online", "counter", "post"):
        told: dict[str, Any] = {}
        if time := time_of(line, cells[f"{name}_time"]):
            told["time"] = time
        if amounts := amounts_of(line, cells[f"{name}_fee"]):
            told["fee"] = amounts
        if told or cells[f"{name}_time"] or cells[f"{name}_fee"]:
            channels[name] = told
    line.tell("channels", channels)
    line.tell(
        "papers", [paper for text in _split(cells["papers"]) if (paper := _paper(line, text, ours=ours))]
    )
    line.tell("results", _results(line, cells))
    line.tell("basis", acts_of(line, re.split(r"[;,\n]+\s*", cells["basis"])))


def _split(text: str) -> list[str]:
    """The entries of a cell: a line each, or between semicolons where it is one line and no list with dashes."""
    listed = "\n" in text or text.startswith("- ")
    return [part for part in re.split(r"\n+" if listed else r";+", text) if part.strip()]


def _paper(line: Line, text: str, *, ours: bool) -> list[Any] | None:
    """[name, originals, copies]; a name this portal exported is not cleaned a second time."""
    counts = _COUNTS.search(text)
    numbers = counts.groups() if counts else (None, None)
    name = text[: counts.start()] if counts else text
    if ours:
        return [name.removeprefix("- ").strip(), *(int(number or 0) for number in numbers)]
    return paper_of(line, name, *numbers)


def _results(line: Line, cells: dict[str, str]) -> list[list[str]]:
    shown = _split(cells["results"])
    codes = [code for code in re.split(r"[;,\s]+", cells["result_codes"]) if code]
    single = len(shown) == len(codes) == 1
    return [found for text in shown if (found := result_of(line, text, codes[0] if single else ""))]
