"""Finding a unit by what people call it: its name, its former districts, the former wards it took over."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from portal.accounts.former import FormerUnit, former_units, named, plain
from portal.accounts.models import Unit, UnitKind


@dataclass(frozen=True)
class Found:
    """A unit that fits a search, and the former units by which it was found (former, whole?)."""

    unit: Unit
    former: list[tuple[FormerUnit, bool]]


KINDS = (UnitKind.CENTRE, UnitKind.BRANCH, UnitKind.COMMUNE)
_MOST = 8  # places to choose from
_ENOUGH = 4  # letters of a name from which a place is offered


@lru_cache(maxsize=512)
def _plain_text(name: str) -> str:
    return plain(name)


def _plain_name(unit: Unit) -> str:
    return _plain_text(unit.name)


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
        scores[unit.code] = _score(wanted, _plain_name(unit), unit.search_text)
    former = _former_hits(wanted)
    for old, weight in former:
        for new, whole in old.successors:
            scores[new] = max(scores.get(new, 0.0), weight - (0.0 if whole else 2.0))
    good = [unit for unit in units if scores.get(unit.code, 0.0) >= 50]
    if not good:
        return _alike(units, wanted)
    good.sort(key=lambda unit: (-scores[unit.code], unit.sort_key))
    return [Found(unit, _named(unit, [old for old, _weight in former])) for unit in good]


@dataclass(frozen=True)
class Typed:
    """What a typed commune means: the one unit, or several to choose from with why; neither when none is called so."""

    text: str = ""
    unit: Unit | None = None
    choices: tuple[Unit, ...] = ()
    said: str = ""


def commune_typed(units: list[Unit], text: str) -> Typed:
    """The commune a code, a name of today or a former name means; a divided former one leaves its parts to choose."""
    communes = {unit.code: unit for unit in units if unit.kind == UnitKind.COMMUNE}
    wanted = plain(text.replace("\x00", " ")[:80])
    own = [unit for unit in communes.values() if text in (unit.code, unit.full_name)]
    own = own or [unit for unit in communes.values() if _plain_name(unit) == wanted]
    if len(own) == 1:
        return Typed(text, own[0])
    if found := named(text[:120]):
        parts = tuple(communes[code] for code, _name in found.units if code in communes)
        return Typed(text, parts[0] if found.code and parts else None, parts, found.said)
    near = tuple(place.unit for place in find_units(list(communes.values()), text))[:_MOST]
    return Typed(text, near[0] if len(near) == 1 else None, near)


def places_named(units: list[Unit], query: str) -> list[Found]:
    """Units whose name, today's or a former one, is or begins with what was typed: sure enough to be offered."""
    wanted = plain(query.replace("\x00", " ")[:80])
    if len(wanted) < _ENOUGH:
        return []
    former = [old for old, _weight in _former_hits(wanted) if plain(old.name).startswith(wanted)]
    whole = {new: old for old in reversed(former) for new, _whole in old.successors}
    named = [unit for unit in units if _plain_name(unit).startswith(wanted)]
    others = [unit for unit in units if unit.code in whole and unit not in named]
    return [Found(unit, []) for unit in named] + [Found(unit, _named(unit, former)) for unit in others]


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
    names = [_plain_name(unit) for unit in units]
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
