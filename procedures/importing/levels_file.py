"""Levels from a table: one line a unit and procedure; what cannot be taken is told by line, the rest is read."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from portal.accounts.models import Unit
from portal.lib import clock, tables
from portal.lib.text import fold
from procedures.actions.levels import MOST_LINES, Setting
from procedures.codes import meant
from procedures.entries import Entry
from procedures.levels import ONLINE, offered_kinds
from procedures.models import OfferLevel, OnlineLevel
from procedures.querysets import catalogue

COLUMNS = {
    "unit": ("ma don vi", "don vi", "unit"),
    "procedure": ("ma thu tuc", "ma tthc", "thu tuc", "procedure"),
    "level": ("muc do", "level"),
}
WORDS = {
    OfferLevel.FULL: ("full", "toan trinh", "dvc toan trinh", "truc tuyen toan trinh", "4"),
    OfferLevel.PARTIAL: ("partial", "mot phan", "dvc mot phan", "truc tuyen mot phan", "3"),
    OfferLevel.COUNTER: ("counter", "chi tai quay", "tai quay", "truc tiep", "2"),
    OfferLevel.NONE: ("none", "khong thuc hien", "khong", "0"),
}
_LEVEL_OF = {word: level for level, words in WORDS.items() for word in words}


@dataclass(frozen=True)
class BadLine:
    """A line that was not taken: its number in the file, what stood there, why."""

    line: int
    raw: str
    reason: str


@dataclass
class Parsed:
    """What a table sets, and the lines that cannot be taken."""

    settings: list[Setting] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)


def read(data: bytes) -> Parsed:
    """Read a CSV or XLSX with unit, procedure and level. Raises BadUpload when the file as a whole is none."""
    lines = tables.read_lines(data, most_lines=MOST_LINES)
    place, columns = tables.heading_of(lines, COLUMNS, set(COLUMNS))
    units, parsed = _units(), Parsed()
    seen: dict[tuple[int, int], int] = {}
    for line in lines[place + 1 :]:
        found = _setting(units, *(tables.cell(line, columns[name]) for name in COLUMNS))
        if isinstance(found, Setting):
            first = seen.setdefault((found.unit_id, found.procedure_id), line.number)
            if first == line.number:
                parsed.settings.append(found)
                continue
            found = _("trùng đơn vị và thủ tục với dòng %(line)s") % {"line": first}
        raw = " | ".join(cell for cell in line.cells if cell)[:200]
        parsed.bad.append(BadLine(line.number, raw, found))
    return parsed


def _units() -> dict[str, Unit]:
    """Today's units by code, agency code and folded name."""
    found: dict[str, Unit] = {}
    for unit in Unit.objects.valid_on(clock.today()):
        for key in (unit.code, unit.agency_code, unit.full_name):
            found[fold(key)] = unit
    return found


def _setting(units: dict[str, Unit], unit_text: str, code_text: str, level_text: str) -> Setting | str:
    """The line's setting, or why it cannot be taken. A spreadsheet takes the zeros in front of a unit's code."""
    unit = units.get(fold(unit_text)) or units.get(unit_text.zfill(5))
    if unit is None:
        return _("không có đơn vị này")
    entry = catalogue().by_code.get(meant(code_text))
    if entry is None:
        return _("không có thủ tục mang mã này")
    level = _LEVEL_OF.get(fold(level_text))
    if level is None:
        return _("mức độ không phải: toàn trình, một phần, chỉ tại quầy, không thực hiện")
    return check(unit, entry, level) or Setting(unit.pk, entry.pk, level)


def check(unit: Unit, entry: Entry, level: str) -> str:
    """Why this level cannot be set for the procedure at the unit; "" when it can."""
    if entry.vertical_system:
        return _("thủ tục do hệ thống khác tiếp nhận (%(system)s)") % {"system": entry.vertical_system}
    if unit.kind not in offered_kinds(at_commune=entry.at_commune, at_province=entry.at_province):
        return _("thủ tục này không nộp tại loại đơn vị đó")
    if level in ONLINE and entry.online_level == OnlineLevel.COUNTER:
        return _("phiên bản đang có hiệu lực của thủ tục chỉ nhận tại quầy")
    return ""
