"""References inside a form: names known, only earlier ones looked at, compared values possible. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from procedures.forms_engine.conditions import names_in

if TYPE_CHECKING:
    from procedures.form_schema import FieldSpec, FormSchema


def faults(schema: FormSchema) -> Iterator[str]:
    """Each fault, starting with its path."""
    seen: dict[str, FieldSpec] = {}
    codes: set[str] = set()
    for number, section in enumerate(schema.sections):
        path = f"sections.{number}"
        if section.code in codes:
            yield f"{path}.code: two sections are named {section.code!r}"
        codes.add(section.code)
        yield from _condition(f"{path}.visible_when", section.visible_when, seen)
        for index, spec in enumerate(section.fields):
            yield from _field(f"{path}.fields.{index}", spec, seen)
    yield from _owner(schema)


def _field(path: str, spec: FieldSpec, seen: dict[str, FieldSpec]) -> Iterator[str]:
    if spec.name in seen:
        yield f"{path}.name: {spec.name!r} is already used"
    for name in spec.earlier:
        if name not in seen:
            yield f"{path}: looks at {name!r}, which is no earlier field"
    for key, condition in (("visible_when", spec.visible_when), ("required_when", spec.required_when)):
        yield from _condition(f"{path}.{key}", condition, seen)
    row = dict(seen)
    for index, part in enumerate(spec.fields):
        yield from _field(f"{path}.fields.{index}", part, row)
    seen[spec.name] = spec


def _condition(
    path: str, condition: Mapping[str, Any] | None, seen: Mapping[str, FieldSpec]
) -> Iterator[str]:
    for name in names_in(condition or {}):
        if name not in seen:
            yield f"{path}: asks about {name!r}, which is no earlier field"
    for name, value in _compared(condition or {}):
        codes = {code for code, _vi, _en in seen[name].choices} if name in seen else set()
        if codes and value not in codes:
            yield f"{path}: {value!r} is no choice of {name!r}"


def _compared(condition: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, body in condition.items():
        if name in {"and", "or"}:
            for part in body:
                yield from _compared(part)
        elif name == "not":
            yield from _compared(body)
        elif name in {"eq", "has"}:
            yield body[0], body[1]
        elif name == "in":
            yield from ((body[0], value) for value in body[1])


def condition_faults(schema: FormSchema, condition: Mapping[str, Any]) -> list[str]:
    """What is wrong with a condition outside the form (of a required paper)."""
    return list(_condition("condition", condition, schema.by_name))


def _owner(schema: FormSchema) -> Iterator[str]:
    names = {name for section in schema.sections for name in (spec.name for spec in section.fields)}
    owner = schema.owner
    single = (owner.name, owner.id_number, owner.phone, owner.email, owner.organisation)
    for name in (*(each for each in single if each), *owner.address):
        if name not in names:
            yield f"owner: {name!r} is no field"


def depended_on(schema: FormSchema) -> Iterator[str]:
    """Names of fields whose change can change what is asked or shown, through computed values too."""
    computed: dict[str, tuple[str, ...]] = {}
    for section in schema.sections:
        yield from _through(names_in(section.visible_when or {}), computed)
        for spec in section.fields:
            if spec.value is not None:
                computed[spec.name] = spec.earlier
                if spec.shown:
                    yield from _through(iter(spec.earlier), computed)
            for part in (spec, *spec.fields):
                conditions = (part.visible_when or {}, part.required_when or {})
                for condition in conditions:
                    yield from _through(names_in(condition), computed)


def _through(names: Iterator[str], computed: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for name in names:
        yield name
        yield from _through(iter(computed.get(name, ())), computed)
