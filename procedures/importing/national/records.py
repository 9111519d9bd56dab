"""What every source yields: records in the shape of our own catalogue lines, and what was wrong with them. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from portal.lib.text import fold
from procedures.codes import CODE, meant
from procedures.importing.build import names
from procedures.importing.national.kinds import FaultKind, Reason

Facts = dict[str, Any]
MOST_RECORDS = 20_000
LONGEST_TITLE = 1200
LEAST_VND = 500
MOST_COPIES = 10  # more is a footnote number that the source glued to the count


@dataclass(frozen=True)
class Fault:
    """Something wrong at a line (a spreadsheet's, or the place in a list, from 1): what stood there and why."""

    line: int
    code: str
    kind: FaultKind
    reason: Reason
    raw: str


@dataclass(frozen=True)
class Record:
    """One procedure of a source. `facts` holds the keys of a line of our catalogue (docs/catalogue.md) the source told.

    A key that is not there was not told: it can never take away what is known.
    """

    line: int
    code: str
    facts: Facts

    @property
    def digest(self) -> str:
        """Equal for equal facts."""
        text = json.dumps([self.code, self.facts], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Read:
    """A whole file: its kind (a code of `SourceKind`), records in order, faults."""

    kind: str
    records: list[Record] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class Line:
    """A line being read: collects its faults."""

    def __init__(self, read: Read, number: int, raw: str) -> None:
        self.read, self.number, self.raw = read, number, " ".join(raw.split())[:2000]
        self.code = ""
        self.facts: Facts = {}

    def fault(self, reason: Reason, raw: object = None, kind: FaultKind = FaultKind.REPAIRED) -> None:
        """Tell something wrong; `raw` is the value at fault, the whole line when not given."""
        text = self.raw if raw is None else " ".join(str(raw).split())[:500]
        self.read.faults.append(Fault(self.number, self.code, kind, reason, text))

    def tell(self, key: str, value: Any) -> None:
        """Keep a fact; nothing told is nothing kept."""
        if value not in ("", None, [], {}):
            self.facts[key] = value


def take_all(read: Read, lines: Iterable[tuple[Line, str, str]]) -> Read:
    """Settle code and title of each line and keep what can be kept; each code once, the first wins."""
    seen: set[str] = set()
    for line, code, title in lines:
        if not _settle(line, code, title):
            continue
        if line.code in seen:
            line.fault(Reason.TWICE, kind=FaultKind.LEFT_OUT)
            continue
        seen.add(line.code)
        read.records.append(Record(line.number, line.code, line.facts))
    return read


def _settle(line: Line, code: str, title: str) -> bool:
    code, title = code.strip(), names.clean(title)
    wrong = None
    line.code = meant(code)
    if not code:
        wrong = Reason.NO_CODE
    elif not line.code:
        wrong = Reason.BAD_CODE
    elif not title:
        wrong = Reason.NO_TITLE
    elif len(title) > LONGEST_TITLE:
        wrong = Reason.LONG_TITLE
    if wrong:
        line.fault(wrong, kind=FaultKind.LEFT_OUT)
        return False
    if code != line.code:
        line.fault(Reason.CODE_SUFFIX if CODE.match(code) else Reason.CODE_EATEN, code)
    line.facts = {"title": title, **line.facts}
    return True


# --- Cells and values ---

_UNITS = (
    ("trong ngay", "same_day"), ("ngay lam viec", "work_day"), ("working_day", "work_day"), ("work_day", "work_day"),
    ("gio lam viec", "work_hour"), ("working_hour", "work_hour"), ("same_day", "same_day"), ("work_hour", "work_hour"),
    ("ngay", "day"), ("day", "day"), ("gio", "hour"), ("hour", "hour"), ("thang", "month"), ("month", "month"),
)  # fmt: skip
_UNTOLD = {"", "khong co thong tin", "khong", "-", "–", "0"}


def time_of(line: Line, text: str, unit: str = "") -> list[Any] | None:
    """[value, unit] of "3 Ngày làm việc" or ("3", "WORKING_DAY"); the unit "" when the source gives none."""
    import re

    text = text.split(";")[0]
    told = fold(f"{text} {unit}")
    if fold(text) in _UNTOLD:
        return None
    number = re.search(r"\d+(?:[.,]\d+)?", told)
    found = next((ours for word, ours in _UNITS if word in told), "")
    value = float(number.group().replace(",", ".")) if number else 0.0
    if found == "same_day" and not value:
        return [1, "same_day"]
    if not 0 < value < 1000:
        line.fault(Reason.TIME, f"{text} {unit}".strip(), FaultKind.NOTED)
        return None
    if not found:
        line.fault(Reason.NO_UNIT, text, FaultKind.NOTED)
    return [int(value) if value == int(value) else value, found]


def amounts_of(line: Line, text: str) -> list[int]:
    """Whole VND of "70,000 VNĐ; 8.000 đồng"; nothing for "Miễn phí", which may only mean that none was entered."""
    import re

    told = fold(text)
    if told in _UNTOLD or "mien phi" in told:
        return []
    found = [int(re.sub(r"[.,]", "", each)) for each in re.findall(r"\d{1,3}(?:[.,]\d{3})+|\d+", told)]
    good = [amount for amount in found if amount >= LEAST_VND]
    if len(good) != len(found) or not found:
        line.fault(Reason.FEE, text, FaultKind.NOTED)
    return list(dict.fromkeys(good))


def paper_of(line: Line, name: str, originals: object, copies: object) -> list[Any] | None:
    """[name, originals, copies] of what is really a paper; 0 for a count that cannot be."""
    found = names.paper(name)
    if not found:
        if name.strip():
            line.fault(Reason.PAPER, name)
        return None
    return [found[:700], max(_count(line, originals), names.count_in(name)), _count(line, copies)]


def _count(line: Line, value: object) -> int:
    text = str(value if value is not None else "").strip()
    if text in {"", "0"}:
        return 0
    if not text.isdigit() or int(text) > MOST_COPIES:
        line.fault(Reason.COUNT, text)
        return 0
    return int(text)


def acts_of(line: Line, numbers: list[str]) -> list[str]:
    """Whole numbers of legal acts; each that had to be mended or dropped is told."""
    found = names.acts(numbers)
    for raw in filter(None, numbers):
        if names.clean(raw) not in found:
            line.fault(Reason.ACT, raw)
    return found


def result_of(line: Line, name: str, code: str) -> list[str] | None:
    """[name, national code]; a code that is none is dropped."""
    import re

    found, code = names.result(name), code.strip()
    if code and not re.fullmatch(r"KQ\.[GH]\d\d\.\d{6}", code):
        line.fault(Reason.RESULT_CODE, code)
        code = ""
    return [found[:400], code] if found else None


def applicants_of(words: list[str]) -> list[str]:
    """Citizens, organisations, both or nothing told."""
    told = fold(" ".join(words))
    citizen = any(word in told for word in ("cong dan", "ca nhan", "nguoi", "can bo", "citizen"))
    organisation = any(
        word in told for word in ("to chuc", "doanh nghiep", "hop tac xa", "co quan", "organi")
    )
    named = (("citizen", citizen), ("organisation", organisation))
    return [name for name, yes in named if yes]


def levels_of(text: str) -> list[str]:
    """Commune and province out of "Cấp tỉnh, Cấp xã"."""
    told = fold(text)
    return [name for name, words in (("commune", ("xa", "commune")), ("province", ("tinh", "province")))
            if any(word in told.replace(",", " ").split() for word in words)]  # fmt: skip
