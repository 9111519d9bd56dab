"""Answers for people to read, and answers the state already has."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from portal.accounts.former import in_address
from portal.accounts.models import User
from portal.templatetags.portal import money
from procedures.form_schema import FieldSpec, FormSchema, Kind, Section
from procedures.forms_engine.checking import Checked, check_answers, row_name
from procedures.forms_engine.conditions import as_day, holds, is_blank
from procedures.forms_engine.lists import Lists
from procedures.models import ProcedureCase, ProcedureVersion, RequiredDocument

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class ReadBackRow(NamedTuple):
    """A question and its answer in words; `field` is its name (`group-0-field` in a row), `source` where from,
    `note` what an old address is today."""

    label: str
    value: str
    field: str
    source: str = ""
    note: str = ""


class ReadBackSection(NamedTuple):
    """The answers of a section."""

    title: str
    code: str
    rows: list[ReadBackRow]


def visible_sections(schema: FormSchema, answers: Mapping[str, Any]) -> list[Section]:
    """The sections asked of these answers, in order."""
    visible = check_answers(schema, answers).visible
    return [section for section in schema.sections if section.code in visible]


def read_back(
    schema: FormSchema,
    answers: Mapping[str, Any],
    *,
    today: datetime.date | None = None,
    sources: Mapping[str, str] | None = None,
    checked: Checked | None = None,
) -> list[ReadBackSection]:
    """What the person declared, hidden questions left out; an answer that does not count shows as typed.

    `sources`: field -> where its answer was known from; other answers were typed. `checked` spares a second check
    where the caller has it.
    """
    lists = Lists()
    checked = checked or check_answers(schema, answers, today=today, lists=lists)
    sections = []
    for section in schema.sections:
        if section.code in checked.visible:
            known = sources or {}
            rows = [
                row._replace(source=known.get(row.field) or known.get(row.field.split("-")[0], ""))
                for row in _rows(section, answers, checked, lists)
            ]
            sections.append(ReadBackSection(str(section.title), section.code, rows))
    return sections


def _rows(
    section: Section, typed: Mapping[str, Any], checked: Checked, lists: Lists
) -> Iterator[ReadBackRow]:
    faulty = checked.errors.get(section.code, {})
    for spec in section.fields:
        if spec.name not in checked.visible[section.code] or spec.type == Kind.INFO or not spec.shown:
            continue
        if spec.type == Kind.GROUP:
            yield from _group_rows(spec, checked, lists)
            continue
        source = typed if spec.name in faulty else checked.cleaned
        if not is_blank(source.get(spec.name)) or spec.type == Kind.CHECKBOX:
            value = source.get(spec.name)
            text, note = value_text(spec, value, lists), former_note(spec, value)
            yield ReadBackRow(str(spec.label), text, spec.name, note=note)


def _group_rows(spec: FieldSpec, checked: Checked, lists: Lists) -> Iterator[ReadBackRow]:
    for index, row in enumerate(checked.cleaned.get(spec.name, [])):
        for part in spec.fields:
            if not is_blank(row.get(part.name)):
                label = f"{spec.row_title} {index + 1} – {part.label}"
                yield ReadBackRow(
                    label, value_text(part, row[part.name], lists), row_name(spec.name, index, part.name)
                )


def former_note(spec: FieldSpec, value: Any) -> str:
    """What an address that names a ward or commune of before a reorganisation is today; "" for any other answer."""
    if spec.type != Kind.ADDRESS or not isinstance(value, str):
        return ""
    found = in_address(value)
    return found.said if found else ""


def value_text(spec: FieldSpec, value: Any, lists: Lists | None = None) -> str:
    """An answer in the language of the page: names for codes, dd/mm/yyyy, amounts in VND."""
    if spec.type == Kind.CHECKBOX:
        return _("Có") if value is True else _("Không")
    if is_blank(value):
        return ""
    if spec.choices or spec.type == Kind.COMMUNE:
        names = dict((lists or Lists()).choices(spec))
        return ", ".join(
            names.get(str(each), str(each)) for each in (value if isinstance(value, list) else [value])
        )
    in_dong = spec.type == Kind.MONEY or (spec.unit is not None and spec.unit.vi == "đồng")
    if in_dong and isinstance(value, int):
        return money(value)
    day = as_day(value) if spec.type == Kind.DATE else None
    text = f"{day:%d/%m/%Y}" if day else str(value)
    return f"{text} {spec.unit}" if spec.unit else text


def party_from(schema: FormSchema, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Whose dossier it is: name, id_number, phone, email, address as text, is_organisation."""
    cleaned = check_answers(schema, answers).cleaned
    owner, lists = schema.owner, Lists()
    single = {"id_number": owner.id_number, "phone": owner.phone, "email": owner.email}
    found: dict[str, Any] = {key: str(cleaned.get(name or "", "")) for key, name in single.items()}
    organisation = str(cleaned.get(owner.organisation or "", ""))
    parts = (value_text(schema.by_name[name], cleaned.get(name), lists) for name in owner.address)
    found["address"] = ", ".join(part for part in parts if part)
    return found | {
        "name": organisation or str(cleaned.get(owner.name, "")),
        "is_organisation": bool(organisation),
    }


def prefill(schema: FormSchema, user: User | AnonymousUser) -> dict[str, Any]:
    """What the account already says, and the form's own defaults. An officer's account says nothing."""
    answers: dict[str, Any] = {}
    for spec in schema.by_name.values():
        if spec.default is not None:
            answers[spec.name] = spec.default
        known = (
            _known(spec, user) if spec.prefill and isinstance(user, User) and not user.is_officer else None
        )
        if known:
            answers[spec.name] = known
    return answers


def _known(spec: FieldSpec, user: User) -> str | None:
    if spec.prefill_for and spec.prefill_for != user.gender:
        return None
    name = spec.prefill.removeprefix("profile.")
    if name == "commune":
        return user.commune.code if user.commune else None
    if name == "address":
        return user.address_line
    value = getattr(user, name)
    return value.isoformat() if isinstance(value, datetime.date) else value


def required_documents(
    version: ProcedureVersion, case: ProcedureCase | None, answers: Mapping[str, Any]
) -> list[RequiredDocument]:
    """The papers of the closed list that this dossier needs or may bring, by its case and cleaned answers."""
    of_case = Q(case__isnull=True) if case is None else Q(case__isnull=True) | Q(case=case)
    papers = RequiredDocument.objects.filter(of_case, version=version)
    return [paper for paper in papers if holds(paper.condition, answers)]
