"""Finding a unit by what people call it: its name, its former districts, the former wards it took over."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from portal.accounts.former import FormerUnit, former_units, plain
from portal.accounts.models import Unit, UnitKind


@dataclass(frozen=True)
class Found:
    """A unit that fits a search, and the former units by which it was found (former, whole?)."""

    unit: Unit
    former: list[tuple[FormerUnit, bool]]


@lru_cache(maxsize=1)
def _former_names() -> tuple[str, ...]:
    return tuple(plain(unit.name) for unit in former_units())


def predecessors(code: str) -> list[tuple[FormerUnit, bool]]:
    """The former units that went into the unit `code`, wholly or in part."""
    return [(unit, whole) for unit in former_units() for new, whole in unit.successors if new == code]


def find_units(units: list[Unit], query: str) -> list[Found]:
    """Units that fit `query`, best first: by name, by former name, by former district; then by likeness."""
    wanted = plain(query.replace("\x00", " ")[:80])
    if not wanted:
        return []
    scores: dict[str, float] = {}
    for unit in units:
        scores[unit.code] = _score(wanted, plain(unit.name), unit.search_text)
    former = _former_hits(wanted)
    for old, weight in former:
        for new, whole in old.successors:
            scores[new] = max(scores.get(new, 0.0), weight - (0.0 if whole else 2.0))
    good = [unit for unit in units if scores.get(unit.code, 0.0) >= 50]
    if not good:
        return _alike(units, wanted)
    good.sort(key=lambda unit: (-scores[unit.code], unit.sort_key))
    return [Found(unit, _named(unit, [old for old, _weight in former])) for unit in good]


def _score(wanted: str, name: str, search_text: str) -> float:
    if name == wanted:
        return 100
    if name.startswith(wanted):
        return 90
    if f" {wanted}" in f" {name}":
        return 80
    return 60 if f" {wanted}" in f" {search_text}" else 0


def _former_hits(wanted: str) -> list[tuple[FormerUnit, float]]:
    return [
        (unit, 85.0 if name == wanted else 65.0)
        for unit, name in zip(former_units(), _former_names(), strict=True)
        if name == wanted or f" {name}".find(f" {wanted}") >= 0
    ]


def _named(unit: Unit, former: list[FormerUnit]) -> list[tuple[FormerUnit, bool]]:
    return [(old, whole) for old in former for new, whole in old.successors if new == unit.code]


def _alike(units: list[Unit], wanted: str) -> list[Found]:
    """What was probably meant when nothing contains the words: names within a typing error or two."""
    names = [plain(unit.name) for unit in units]
    near = process.extract(wanted, names, scorer=fuzz.ratio, score_cutoff=78, limit=5)
    found = {units[at].code: Found(units[at], []) for _name, _likeness, at in near}
    by_code = {unit.code: unit for unit in units}
    for _name, _likeness, at in process.extract(
        wanted, _former_names(), scorer=fuzz.ratio, score_cutoff=82, limit=5
    ):
        old = former_units()[at]
        for new, whole in old.successors:
            if new in by_code and new not in found:
                found[new] = Found(by_code[new], [(old, whole)])
    return list(found.values())[:8]


KINDS = (UnitKind.CENTRE, UnitKind.BRANCH, UnitKind.COMMUNE)
