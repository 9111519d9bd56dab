"""Old address, new address: the wards and communes of before a reorganisation, and where each went. Pure.

`data/former_units.json` holds them with the day the new units took over (`as_of`; a row may name another day as its
fifth part). Nobody is asked to prove that an old address is a new one: the mapping is the law's own
(Nghị quyết 1656/NQ-UBTVQH15).
"""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.text import fold

DATA = Path(__file__).parent / "data"
_KIND = re.compile(r"^(phuong|xa|p\.?|x\.?|thi tran|tt\.?)\s+(?=\S)|^(p|x|tt)\.(?=\S)")
_DISTRICT = re.compile(r"^(quan|huyen|thi xa|q\.?|h\.?|tx\.?)\s+(?=\S)|^(q|h|tx)\.(?=\S)")
_SEPARATORS = re.compile(r"[,;\n]|\s[-–]\s")


@dataclass(frozen=True)
class FormerUnit:
    """A former ward or commune and where its territory went: (new code, whole?), the main one first.

    `until` is the day from which it no longer exists.
    """

    code: str
    name: str
    district: str
    successors: tuple[tuple[str, bool], ...]
    until: datetime.date

    @property
    def is_split(self) -> bool:
        """Whether a name alone does not tell the new unit."""
        return len(self.successors) > 1


@dataclass(frozen=True)
class Found:
    """What an address or name says: the former units it may mean, and the new units (code, name) it may be in."""

    former: tuple[FormerUnit, ...]
    units: tuple[tuple[str, str], ...]

    @property
    def code(self) -> str:
        """The new unit, "" while street or hamlet must decide."""
        return self.units[0][0] if len(self.units) == 1 else ""

    @property
    def old(self) -> str:
        """The former units by name and district."""
        return ", ".join(f"{unit.name} ({unit.district})" for unit in self.former)

    @property
    def said(self) -> str:
        """The correspondence for people, with what is left to say."""
        old = self.former[0]
        names = {
            "old": self.old,
            "day": f"{old.until.day}/{old.until.month}/{old.until.year}",
            "new": self.units[0][1],
            "all": ", ".join(name for _code, name in self.units),
        }
        if self.code:
            return _("Trước %(day)s: %(old)s; nay là %(new)s. Không phải xin giấy xác nhận.") % names
        return _("Trước %(day)s: %(old)s; nay thuộc một trong: %(all)s. Hãy ghi rõ phố, thôn, tổ.") % names


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=1)
def former_units() -> tuple[FormerUnit, ...]:
    """Every former ward and commune."""
    document = _read("former_units.json")
    rows = [[*row, document["as_of"]][:5] for row in document["former_units"]]
    return tuple(
        FormerUnit(
            code,
            name,
            district,
            tuple((new, whole) for new, whole in successors),
            datetime.date.fromisoformat(until),
        )
        for code, name, district, successors, until in rows
    )


@lru_cache(maxsize=1)
def _new_names() -> dict[str, str]:
    """Code -> name with its kind, of the units of today."""
    rows = [row for row in _read("units.json")["units"] if row["kind"] == "commune"]
    return {row["code"]: f"{'Phường' if row.get('ward') else 'Xã'} {row['name']}" for row in rows}


@lru_cache(maxsize=1)
def _by_name() -> dict[str, tuple[FormerUnit, ...]]:
    found: dict[str, list[FormerUnit]] = {}
    for unit in former_units():
        found.setdefault(plain(unit.name), []).append(unit)
    return {name: tuple(units) for name, units in found.items()}


def plain(name: str) -> str:
    """A name for comparison: without marks and without "phường", "xã", "P."."""
    return _KIND.sub("", fold(name))


def _district(name: str) -> str:
    return _DISTRICT.sub("", fold(name))


@lru_cache(maxsize=1)
def _districts() -> frozenset[str]:
    """Names of the districts the former units belonged to."""
    return frozenset(_district(unit.district) for unit in former_units())


def resolve(name: str, *, district: str = "", on: datetime.date | None = None) -> Found | None:
    """The former unit so named and the new units it went to; None when none is called so.

    `on`: a unit that still existed on that day is none. Several districts had a ward of one name: without the
    district all of them count.
    """
    units = _by_name().get(plain(name), ())
    if district:
        units = tuple(unit for unit in units if _district(unit.district) == _district(district))
    units = tuple(unit for unit in units if on is None or on >= unit.until)
    if not units:
        return None
    codes = dict.fromkeys(new for unit in units for new, _whole in unit.successors)
    names = _new_names()
    return Found(units, tuple((code, names.get(code, code)) for code in codes))


def in_address(address: str, *, on: datetime.date | None = None) -> Found | None:
    """What an address as typed says of a former ward or commune, None when it names none.

    "12 phố Lạc Chính, phường Trúc Bạch, quận Ba Đình". A name that a unit of today bears too means the old one
    only where the address names a district, since there are none any more.
    """
    parts = [part.strip() for part in _SEPARATORS.split(address) if part.strip()]
    district = next(
        (part for part in parts[1:] if _district(fold(part)) in _districts() and _says_district(part)), ""
    )
    for part in parts:
        if not district and (not _KIND.match(fold(part)) or plain(part) in _today()):
            continue
        if part != district and (found := resolve(part, district=district, on=on)):
            return found
    return None


def named(text: str, *, on: datetime.date | None = None) -> Found | None:
    """What an old name typed by itself means, with or without its district: "Trúc Bạch", "Minh Khai, Bắc Từ Liêm"."""
    name, _comma, district = text.replace("\x00", "").partition(",")
    return resolve(name, district=district, on=on) or in_address(text, on=on) or resolve(name, on=on)


def _says_district(part: str) -> bool:
    return bool(_DISTRICT.match(fold(part)))


@lru_cache(maxsize=1)
def _today() -> frozenset[str]:
    """Names of the units of today."""
    return frozenset(plain(name) for name in _new_names().values())
