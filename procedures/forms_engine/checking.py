"""The one pass that decides what is asked and which answers count, for wizard, counter and supplement."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.lib import clock
from portal.lib.identity import mismatches
from procedures.form_schema import FieldSpec, FormSchema, Kind
from procedures.forms_engine.conditions import age_on, as_day, evaluate, holds, is_blank
from procedures.forms_engine.fields import bare_field, prepared, to_json
from procedures.forms_engine.lists import Lists

Messages = dict[str, dict[str, list[str]]]
CHOSEN = {Kind.CHOICE, Kind.MULTI, Kind.COMMUNE, Kind.COUNTRY, Kind.NATIONALITY, Kind.ETHNICITY}


@dataclass
class Checked:
    """What came of checking answers.

    `cleaned` holds the answers that count; `errors` and `warnings` are section -> field -> messages, a row's
    field being named `group-0-field`. `visible` is section -> names asked, `required` the names that must be
    answered; rows again as `group-0-field`.
    """

    cleaned: dict[str, Any] = field(default_factory=dict)
    errors: Messages = field(default_factory=dict)
    warnings: Messages = field(default_factory=dict)
    visible: dict[str, list[str]] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)

    @property
    def ok(self) -> bool:
        """Whether the form can be filed as it is."""
        return not self.errors

    def faulty_sections(self) -> list[str]:
        """Codes of the sections that have something to mend, in order."""
        return [code for code in self.visible if code in self.errors]


def check_answers(
    schema: FormSchema, answers: Any, *, today: datetime.date | None = None, lists: Lists | None = None
) -> Checked:
    """Check any JSON against the form. Never raises; checking `cleaned` again gives the same `cleaned`."""
    given = answers if isinstance(answers, dict) else {}
    walk = _Walk(schema, given, today or clock.today(), lists or Lists())
    for section in schema.sections:
        if holds(section.visible_when or {}, walk.result.cleaned):
            walk.section(section.code, section.fields)
    return walk.result


class _Walk:
    """State of one pass: cleaned answers so far, and where messages go."""

    def __init__(
        self, schema: FormSchema, given: Mapping[str, Any], today: datetime.date, lists: Lists
    ) -> None:
        self.schema, self.given, self.today, self.lists = schema, given, today, lists
        self.result = Checked()
        self.code = ""

    def section(self, code: str, specs: list[FieldSpec]) -> None:
        self.code = code
        self.result.visible[code] = []
        for spec in specs:
            if holds(spec.visible_when or {}, self.result.cleaned):
                self.result.visible[code].append(spec.name)
                self._spec(spec)

    def _spec(self, spec: FieldSpec) -> None:
        cleaned = self.result.cleaned
        if spec.type == Kind.COMPUTED:
            value: Any = evaluate(spec.value, cleaned, self.today)
        elif spec.type == Kind.GROUP:
            value = self._group(spec)
        elif spec.type == Kind.INFO:
            return
        else:
            value = self._answer(spec, self.given.get(spec.name), spec.name, cleaned)
        if value is not None:
            cleaned[spec.name] = value

    def _group(self, spec: FieldSpec) -> list[dict[str, Any]] | None:
        given = self.given.get(spec.name)
        typed = [row if isinstance(row, dict) else {} for row in given] if isinstance(given, list) else []
        typed += [{}] * (spec.min_rows - len(typed))
        rows = [self._row(spec, index, row) for index, row in enumerate(typed[: spec.max_rows])]
        kept = [row for row in rows if not all(is_blank(value) for value in row.values())]
        if is_required(spec, self.result.cleaned) and not rows:
            self._say(self.result.errors, spec.name, _("Cần thêm: %(label)s.") % {"label": spec.label})
        if len(typed) > spec.max_rows:
            many = _("Tối đa %(count)s dòng.") % {"count": spec.max_rows}
            self._say(self.result.errors, spec.name, many)
            return None
        return kept or None

    def _row(self, spec: FieldSpec, index: int, row: Mapping[str, Any]) -> dict[str, Any]:
        cleaned: dict[str, Any] = {}
        obliged = index < spec.min_rows or not all(is_blank(row.get(part.name)) for part in spec.fields)
        for part in spec.fields:
            around = {**self.result.cleaned, **cleaned}
            name = row_name(spec.name, index, part.name)
            if not holds(part.visible_when or {}, around):
                continue
            self.result.visible[self.code].append(name)
            if part.type == Kind.COMPUTED:
                value: Any = evaluate(part.value, around, self.today)
            else:
                label = f"{part.label} ({spec.row_title} {index + 1})"
                value = self._answer(part, row.get(part.name), name, around, label=label, obliged=obliged)
            if value is not None:
                cleaned[part.name] = value
        return cleaned

    def _answer(
        self,
        spec: FieldSpec,
        typed: Any,
        name: str,
        around: Mapping[str, Any],
        *,
        label: str = "",
        obliged: bool = True,
    ) -> Any:
        required = is_required(spec, around)
        if required:
            self.result.required.add(name)
        try:
            value = to_json(bare_field(spec, self.lists).clean(prepared(spec, typed)))
        except ValidationError as error:
            self._say(self.result.errors, name, *error.messages)
            return None
        if is_blank(value):
            if not (required and obliged):
                return value
            self._say(self.result.errors, name, missing(spec, label or str(spec.label)))
            return None
        faults = list(_faults(spec, value, around, self.today))
        self._say(self.result.errors, name, *faults)
        self._say(self.result.warnings, name, *_doubts(spec, value, around))
        return None if faults else value

    def _say(self, where: Messages, name: str, *messages: str) -> None:
        if messages:
            where.setdefault(self.code, {}).setdefault(name, []).extend(messages)


def row_name(group: str, index: int, name: str) -> str:
    """The name of a row's field in forms, posts and errors."""
    return f"{group}-{index}-{name}"


def is_required(spec: FieldSpec, cleaned: Mapping[str, Any]) -> bool:
    """Whether this question must be answered, given the answers so far."""
    if spec.required or (spec.type == Kind.GROUP and spec.min_rows > 0):
        return True
    return spec.required_when is not None and holds(spec.required_when, cleaned)


def missing(spec: FieldSpec, label: str) -> str:
    """What is said of an empty obligatory answer; it names the question, so it also serves in a summary."""
    if spec.type == Kind.CHECKBOX:
        return _("Cần đánh dấu: %(label)s.") % {"label": label}
    if spec.type in CHOSEN:
        return _("Cần chọn: %(label)s.") % {"label": label}
    return _("Cần điền: %(label)s.") % {"label": label}


def _faults(spec: FieldSpec, value: Any, around: Mapping[str, Any], today: datetime.date) -> Iterator[str]:
    check = spec.check
    if isinstance(value, str):
        if check.min_length is not None and len(value) < check.min_length:
            yield _("Cần ít nhất %(count)s ký tự.") % {"count": check.min_length}
        if check.regex is not None and not re.fullmatch(check.regex, value):
            yield str(check.regex_message)
    if spec.type == Kind.YEAR and isinstance(value, int) and value > today.year and check.max is None:
        yield _("Năm này chưa đến.")
    if check.other_than and value == around.get(check.other_than):
        yield _("Phải khác mục đã điền ở trên.")
    day = as_day(value) if spec.type == Kind.DATE else None
    if day is not None:
        yield from _day_faults(spec, day, around, today)


def _day_faults(
    spec: FieldSpec, day: datetime.date, around: Mapping[str, Any], today: datetime.date
) -> Iterator[str]:
    check = spec.check
    if check.not_future and day > today:
        yield _("Ngày này chưa đến.")
    limit = as_day(around.get(check.before or ""))
    if limit and day >= limit:
        yield _("Ngày này phải trước ngày %(day)s.") % {"day": f"{limit:%d/%m/%Y}"}
    start = as_day(around.get(check.not_before or ""))
    if start and day < start:
        yield _("Ngày này không được trước ngày %(day)s.") % {"day": f"{start:%d/%m/%Y}"}
    if check.min_age is not None and age_on(day, today) < check.min_age:
        yield str(check.age_message or _("Phải đủ %(age)s tuổi.") % {"age": check.min_age})


def _doubts(spec: FieldSpec, value: Any, around: Mapping[str, Any]) -> Iterator[str]:
    """What a person should look at: the number tells another birth year or sex than what was declared."""
    if spec.type != Kind.ID_NUMBER or not isinstance(value, str):
        return
    born = as_day(around.get(spec.matches.born or ""))
    gender = str(around.get(spec.matches.gender or "") or "")
    found = mismatches(value, born=born, gender=gender if gender in {"male", "female"} else "")
    if "birth_year" in found:
        yield _("Năm sinh đã khai khác năm sinh trong số định danh; vui lòng kiểm tra lại.")
    if "gender" in found:
        yield _("Giới tính đã khai khác giới tính trong số định danh; vui lòng kiểm tra lại.")
