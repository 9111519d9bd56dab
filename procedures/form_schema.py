"""An e-form as data: what is asked, when, and what counts as an answer.

A `FormSchema` is JSON in `ProcedureVersion.form`, checked here in full: unknown keys, wrong types, a
condition on a field that comes later or does not exist are refused with the path of the fault. Conditions and computed
values may only look back, so one pass from top to bottom answers everything and there are no circles. See
docs/forms.md.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal

from django.utils.translation import get_language
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from procedures import dictionary
from procedures.forms_engine.conditions import check_condition, check_expression
from procedures.models import ProcedureVersion

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,59}$")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,59}$")]
Condition = Annotated[dict[str, Any], BeforeValidator(check_condition)]
Expression = Annotated[Any, AfterValidator(check_expression)]
Prefill = Literal[
    "",
    "profile.full_name",
    "profile.organisation_name",
    "profile.id_number",
    "profile.tax_code",
    "profile.date_of_birth",
    "profile.gender",
    "profile.phone",
    "profile.email",
    "profile.address",
    "profile.commune",
]


class BadSchemaError(ValueError):
    """A form that cannot be used; the message has one line per fault, each starting with its path."""


class Kind(StrEnum):
    """Types of fields."""

    TEXT = "text"
    TEXTAREA = "textarea"
    NAME = "name"
    ID_NUMBER = "id_number"
    TAX_CODE = "tax_code"
    DATE = "date"
    YEAR = "year"
    PHONE = "phone"
    EMAIL = "email"
    CHOICE = "choice"
    MULTI = "multi"
    CHECKBOX = "checkbox"
    INTEGER = "integer"
    MONEY = "money"
    COMMUNE = "commune"
    ADDRESS = "address"
    COUNTRY = "country"
    NATIONALITY = "nationality"
    ETHNICITY = "ethnicity"
    COMPUTED = "computed"
    GROUP = "group"
    INFO = "info"


LISTS = {Kind.COUNTRY: "country", Kind.NATIONALITY: "country", Kind.ETHNICITY: "ethnicity"}
SILENT = {Kind.INFO, Kind.COMPUTED}


class Strict(BaseModel):
    """No unknown keys, no silent conversion, no change afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Text(Strict):
    """Words of a form in both languages."""

    vi: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]

    def __str__(self) -> str:
        return self.en if (get_language() or "vi").startswith("en") else self.vi


class Option(Text):
    """A choice; `code` is what is stored."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,60}$")]


class Check(Strict):
    """What an answer must satisfy beyond its type. Ages are full years on the day of checking."""

    min: int | None = None
    max: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    regex: str | None = None
    regex_message: Text | None = None
    not_future: bool = False
    before: Name | None = Field(default=None, description="this date lies before that field's")
    not_before: Name | None = Field(default=None, description="this date is that field's or later")
    min_age: int | None = None
    age_message: Text | None = None
    other_than: Name | None = Field(default=None, description="differs from that field's answer")

    @model_validator(mode="after")
    def _regex_compiles(self) -> Check:
        if self.regex is not None:
            try:
                re.compile(self.regex)
            except re.error as error:
                raise ValueError(f"regex: {error}") from None
            if self.regex_message is None:
                raise ValueError("a regex needs a regex_message, people do not read regular expressions")
        return self


class Matches(Strict):
    """Fields a personal number is compared with: a difference is a warning, no error (domain facts 8.1)."""

    born: Name | None = None
    gender: Name | None = None


class FieldSpec(Strict):
    """One question. `concept`: its code in the data dictionary; `national`: in the national portal."""

    name: Name
    type: Annotated[Kind, Field(strict=False)]
    label: Text
    concept: str = ""
    help: Text | None = None
    required: bool = False
    required_when: Condition | None = None
    visible_when: Condition | None = None
    check: Check = Check()
    options: list[Option] = []
    options_from: str = ""
    style: Literal["", "radio", "select"] = ""
    inline: bool = False
    width: Literal["", "4", "8", "12", "20", "full"] = ""
    value: Expression | None = None
    unit: Text | None = None
    shown: bool = Field(True, description="computed values: shown to people, or only used in conditions")
    fields: list[FieldSpec] = []
    row_title: Text | None = None
    min_rows: int = 0
    max_rows: Annotated[int, Field(le=100)] = 20
    matches: Matches = Matches()
    accepts: list[Literal["personal", "old", "passport"]] = ["personal"]
    default: str | int | bool | None = None
    prefill: Prefill = ""
    prefill_for: Literal["", "male", "female"] = Field("", description="prefilled only for this sex")
    sensitivity: Literal["public", "basic", "sensitive"] = "basic"
    reuse: Literal["", "never"] = Field("", description="never: not offered from what was told before")
    national: str = ""

    @model_validator(mode="after")
    def _whole(self) -> FieldSpec:
        fault = "; ".join(_faults_of(self))
        if fault:
            raise ValueError(fault)
        return self

    @functools.cached_property
    def choices(self) -> tuple[tuple[str, str, str], ...]:
        """Code, Vietnamese and English of what can be chosen; empty without choice (communes: see Lists)."""
        name = LISTS.get(self.type, self.options_from)
        return (
            dictionary.options(name)
            if name
            else tuple((each.code, each.vi, each.en) for each in self.options)
        )

    @functools.cached_property
    def earlier(self) -> tuple[str, ...]:
        """The names this question looks back at."""
        return tuple(_looks_at(self))


def _faults_of(spec: FieldSpec) -> Iterator[str]:
    chooses = spec.type in {Kind.CHOICE, Kind.MULTI}
    if chooses and bool(spec.options) == bool(spec.options_from):
        yield "a choice needs either options or options_from"
    if not chooses and (spec.options or spec.options_from):
        yield f"type {spec.type} takes no options"
    if spec.options_from:
        dictionary.options(spec.options_from)
    codes = [option.code for option in spec.options]
    if len(codes) != len(set(codes)):
        yield "two options have the same code"
    if (spec.type == Kind.COMPUTED) != (spec.value is not None):
        yield "value belongs to a computed field, and a computed field needs one"
    yield from _group_faults(spec)
    if spec.type in SILENT and (spec.required or spec.required_when is not None):
        yield f"type {spec.type} cannot be required"
    if spec.type != Kind.DATE and _dated(spec.check):
        yield "not_future, before, not_before and min_age belong to a date"


def _group_faults(spec: FieldSpec) -> Iterator[str]:
    if (spec.type == Kind.GROUP) != bool(spec.fields):
        yield "fields belong to a group, and a group needs some"
    if any(part.type in {Kind.GROUP, Kind.INFO} for part in spec.fields):
        yield "a group holds questions only, no group and no info"
    if spec.type == Kind.GROUP and spec.row_title is None:
        yield "a group needs a row_title"
    if spec.min_rows > spec.max_rows:
        yield "min_rows is above max_rows"


def _dated(check: Check) -> bool:
    return bool(check.not_future or check.before or check.not_before or check.min_age is not None)


def _looks_at(spec: FieldSpec) -> Iterator[str]:
    from procedures.forms_engine.conditions import names_in, names_read

    for condition in (spec.visible_when, spec.required_when):
        yield from names_in(condition or {})
    yield from names_read(spec.value)
    check, matches = spec.check, spec.matches
    pointed = (check.before, check.not_before, check.other_than, matches.born, matches.gender)
    yield from (name for name in pointed if name)


class Section(Strict):
    """A page of the form."""

    code: Code
    title: Text
    hint: Text | None = None
    visible_when: Condition | None = None
    fields: Annotated[list[FieldSpec], Field(min_length=1)]


class Owner(Strict):
    """Which answers say whose dossier it is (chủ hồ sơ). `address` parts are joined with commas."""

    name: Name
    id_number: Name | None = None
    phone: Name | None = None
    email: Name | None = None
    address: list[Name] = []
    organisation: Name | None = Field(
        None, description="the field whose answer makes the owner an organisation"
    )


class FormSchema(Strict):
    """The whole form. `schema_version` is that of this format."""

    schema_version: Literal[1]
    owner: Owner
    sections: Annotated[list[Section], Field(min_length=1)]

    @model_validator(mode="after")
    def _references(self) -> FormSchema:
        from procedures.forms_engine.lint import faults

        found = list(faults(self))
        if found:
            raise ValueError("\n".join(found))
        return self

    @functools.cached_property
    def by_name(self) -> dict[str, FieldSpec]:
        """Every top-level field."""
        return {spec.name: spec for section in self.sections for spec in section.fields}

    @functools.cached_property
    def depended_on(self) -> frozenset[str]:
        """Names whose change can change what is asked."""
        from procedures.forms_engine.lint import depended_on

        return frozenset(depended_on(self))

    def __repr__(self) -> str:
        return f"<FormSchema of {len(self.by_name)} fields>"

    def section(self, code: str) -> Section:
        """The section named `code`. Raises KeyError."""
        for section in self.sections:
            if section.code == code:
                return section
        raise KeyError(code)


def parse(raw: Any) -> FormSchema:
    """The schema in `raw` JSON, dictionary references allowed. Raises BadSchemaError naming each path."""
    try:
        return FormSchema.model_validate(dictionary.expand(raw))
    except ValidationError as error:
        raise BadSchemaError("\n".join(_lines(error))) from None
    except ValueError as error:
        raise BadSchemaError(str(error)) from None


def _lines(error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False, include_context=False):
        path = ".".join(str(part) for part in fault["loc"])
        message = fault["msg"].removeprefix("Value error, ")
        yield f"{path}: {message}" if path else message


def load(version: ProcedureVersion) -> FormSchema | None:
    """The form of a version, None when it has none. Raises BadSchemaError when what is stored is broken."""
    return _parsed(json.dumps(version.form, sort_keys=True)) if version.form else None


@functools.lru_cache(maxsize=128)
def _parsed(text: str) -> FormSchema:
    return parse(json.loads(text))
