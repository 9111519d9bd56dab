"""Whose facts a form asks for, so that what was told once can be offered again (tell us once). Pure.

The data dictionary gives each fact its name: `person.ethnicity`, `declarant.phone`. Whose fact it is, the form says
by its field names: the questions `mother_name`, `mother_id`, `mother_ethnicity` are about one person, here `mother`.
A person is known again by a number (identity, passport, tax code); facts of somebody without one are never offered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.lib.identity import digits
from procedures.form_schema import FieldSpec, FormSchema, Kind, Section
from procedures.forms_engine.conditions import as_day, is_blank

SELF = "self"
PEOPLE = frozenset({"person", "declarant", "contact"})
NUMBERS = frozenset({"id_number", "id_or_passport", "tax_code"})
REGISTER = {"register.number": "number", "register.date": "date", "register.office": "office"}


@dataclass(frozen=True)
class Slot:
    """A question about a person: the field, which fact (`attr`), about whom in this form (`role`)."""

    name: str
    attr: str
    role: str
    spec: FieldSpec


@dataclass(frozen=True)
class Group:
    """The questions of one section about one person."""

    role: str
    slots: tuple[Slot, ...]

    @property
    def number(self) -> Slot | None:
        """The question that asks for the person's number."""
        return next((slot for slot in self.slots if slot.attr == "id_number"), None)

    def is_filer(self, gender: str = "") -> bool:
        """Whether the form itself says that these questions are about the person who files."""
        return any(_asks_the_filer(slot.spec, gender) for slot in self.slots)

    def identity(self, answers: Mapping[str, Any], *, own: str = "", gender: str = "") -> str:
        """Who this is by the answers: SELF, a number, or "" while nobody can tell. `own` is the filer's number."""
        slot = self.number
        given = digits(str(answers.get(slot.name) or "")).upper() if slot else ""
        if given:
            return SELF if own and given == own else given
        return SELF if self.is_filer(gender) else ""


def _asks_the_filer(spec: FieldSpec, gender: str) -> bool:
    if spec.concept.startswith("declarant."):
        return True
    return bool(spec.prefill) and spec.prefill_for in {"", gender}


def groups_of(section: Section, names: list[str] | None = None) -> list[Group]:
    """The people a section asks about, in order; only questions among `names` when given."""
    found: dict[str, list[Slot]] = {}
    for slot in _slots(section):
        if names is None or slot.name in names:
            found.setdefault(slot.role, []).append(slot)
    return [Group(role, tuple(slots)) for role, slots in found.items()]


def _slots(section: Section) -> Iterator[Slot]:
    for spec in section.fields:
        family, _dot, attr = spec.concept.partition(".")
        if family in PEOPLE and spec.reuse != "never":
            role = spec.name.split("_", 1)[0]
            yield Slot(spec.name, "id_number" if attr in NUMBERS else attr, role, spec)


def people_in(
    schema: FormSchema, answers: Mapping[str, Any], *, own: str = "", gender: str = ""
) -> dict[str, tuple[str, dict[str, Any]]]:
    """Identity -> (role, fact -> value) of everybody a dossier's answers tell about."""
    known: dict[str, tuple[str, dict[str, Any]]] = {}
    for section in schema.sections:
        for group in groups_of(section):
            who = group.identity(answers, own=own, gender=gender)
            facts = {slot.attr: answers[slot.name] for slot in group.slots if _told(answers, slot.name)}
            if who and facts:
                _role, earlier = known.get(who, (group.role, {}))
                known[who] = (_role, {**facts, **earlier})
    return known


def _told(answers: Mapping[str, Any], name: str) -> bool:
    return not is_blank(answers.get(name))


def fact_for(slot: Slot, facts: Mapping[str, Any]) -> Any:
    """What is known for a question, None when nothing; the year of birth follows from the day."""
    if slot.attr in facts:
        return facts[slot.attr]
    born = as_day(facts.get("date_of_birth")) if slot.attr == "birth_year" else None
    return born.year if born else None


def register_groups(section: Section, names: list[str]) -> list[dict[str, str]]:
    """Sets of questions about an entry in a register: part ("number", "date", "office") -> field.

    Only sets that ask for the number: a date alone may be anything's.
    """
    found: dict[str, dict[str, str]] = {}
    for spec in section.fields:
        if spec.concept in REGISTER and spec.name in names and spec.reuse != "never":
            role = spec.name.rsplit("_", 1)[0]
            found.setdefault(role, {})[REGISTER[spec.concept]] = spec.name
    return [parts for parts in found.values() if "number" in parts]


def row_groups(section: Section, names: list[str]) -> list[FieldSpec]:
    """Repeating groups among `names`: they are offered whole, from an earlier dossier of the same procedure."""
    return [spec for spec in section.fields if spec.type == Kind.GROUP and spec.name in names]


def answered(schema: FormSchema, cleaned: Mapping[str, Any]) -> dict[str, int]:
    """Field -> how many answers it holds (a group's cells count one by one); computed values are nobody's answers."""
    found: dict[str, int] = {}
    for spec in schema.by_name.values():
        value = cleaned.get(spec.name)
        if spec.type in {Kind.COMPUTED, Kind.INFO} or is_blank(value):
            continue
        if spec.type == Kind.GROUP and isinstance(value, list):
            found[spec.name] = sum(not is_blank(cell) for row in value for cell in row.values())
        else:
            found[spec.name] = 1
    return found
