"""Between the browser and the answers: what was typed, rows added and removed, answers as form data. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import QueryDict

from procedures.form_schema import FieldSpec, FormSchema, Kind
from procedures.forms_engine.checking import row_name

ASKED = "_asked"
ROWS = "rows"
_BUTTON = re.compile(
    r"^(?:add:(?P<add>[a-z][a-z0-9_]*)|remove:(?P<remove>[a-z][a-z0-9_]*):(?P<index>\d{1,3}))$"
)
MOST_ROWS = 100


def rows_name(group: str) -> str:
    """The name of the hidden field that counts a group's rows."""
    return f"{group}-{ROWS}"


def values(data: Mapping[str, Any], name: str) -> list[str]:
    """Every value posted under `name`."""
    if isinstance(data, QueryDict):
        return [str(each) for each in data.getlist(name)]
    value = data.get(name)
    if isinstance(value, list | tuple):
        return [str(each) for each in value]
    return [] if value is None else [str(value)]


def typed(schema: FormSchema, data: Mapping[str, Any], section: str | None = None) -> dict[str, Any]:
    """The answers as typed in a post of one section (or the whole form), valid or not, to keep in the draft.

    What was not on the page stays out, so answers to hidden questions survive in the draft.
    """
    asked = {name for text in values(data, ASKED) for name in text.split()}
    found: dict[str, Any] = {}
    for part in schema.sections:
        if section is None or part.code == section:
            for spec in part.fields:
                found |= _typed_answer(spec, data, asked)
    return found


def _typed_answer(spec: FieldSpec, data: Mapping[str, Any], asked: set[str]) -> dict[str, Any]:
    if spec.type in {Kind.INFO, Kind.COMPUTED}:
        return {}
    if spec.type == Kind.GROUP:
        return {spec.name: _typed_rows(spec, data)} if _has_group(spec, data) else {}
    on_page = spec.name in asked if asked else spec.type in {Kind.CHECKBOX, Kind.MULTI}
    if spec.name not in data and not on_page:
        return {}
    return {spec.name: _one(spec, data, spec.name)}


def _one(spec: FieldSpec, data: Mapping[str, Any], name: str) -> Any:
    given = values(data, name)
    if spec.type == Kind.MULTI:
        return given
    if spec.type == Kind.CHECKBOX:
        return bool(given) and given[-1].lower() not in {"", "false", "0"}
    return given[-1] if given else ""


def _has_group(spec: FieldSpec, data: Mapping[str, Any]) -> bool:
    return rows_name(spec.name) in data or any(name.startswith(f"{spec.name}-0-") for name in data)


def _typed_rows(spec: FieldSpec, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    count = _row_count(spec.name, data)
    parts = [part for part in spec.fields if part.type != Kind.COMPUTED]
    return [
        {part.name: _one(part, data, row_name(spec.name, index, part.name)) for part in parts}
        for index in range(min(count, spec.max_rows + 1))
    ]


def _row_count(group: str, data: Mapping[str, Any]) -> int:
    counted = values(data, rows_name(group))
    if counted and counted[-1].isascii() and counted[-1].isdigit() and len(counted[-1]) <= 3:
        return min(int(counted[-1]), MOST_ROWS)
    return max((index + 1 for _name, index, _field in _row_keys(group, data)), default=0)


def _row_keys(group: str, data: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    pattern = re.compile(rf"^{re.escape(group)}-(\d{{1,2}})-([a-z][a-z0-9_]*)$", re.ASCII)
    for name in list(data):
        if match := pattern.match(name):
            yield name, int(match[1]), match[2]


def apply_row_buttons(post: QueryDict) -> QueryDict | None:
    """The post with a row more or less when `add:<group>` or `remove:<group>:<i>` was pressed, else None."""
    pressed = next((match for name in post if (match := _BUTTON.match(name))), None)
    if pressed is None:
        return None
    changed = post.copy()
    del changed[pressed[0]]
    group = pressed["add"] or pressed["remove"]
    count = _row_count(group, changed)
    if pressed["add"]:
        changed[rows_name(group)] = str(min(count + 1, MOST_ROWS))
    elif int(pressed["index"]) < count:
        _remove_row(changed, group, int(pressed["index"]))
        changed[rows_name(group)] = str(count - 1)
    return changed


def _remove_row(data: QueryDict, group: str, removed: int) -> None:
    kept = {name: (index, part, data.getlist(name)) for name, index, part in _row_keys(group, data)}
    for name in kept:
        del data[name]
    for index, part, given in kept.values():
        if index != removed:
            data.setlist(row_name(group, index - (index > removed), part), given)


def form_data(schema: FormSchema, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as the flat data of a form, rows as `group-0-field` with their count."""
    flat: dict[str, Any] = {}
    for section in schema.sections:
        for spec in section.fields:
            value = answers.get(spec.name)
            if spec.type == Kind.GROUP:
                flat |= _flat_rows(spec, value if isinstance(value, list) else [])
            elif value is not None:
                flat[spec.name] = value
    return flat


def _flat_rows(spec: FieldSpec, rows: list[Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {rows_name(spec.name): str(len(rows))}
    for index, row in enumerate(rows):
        answers = row if isinstance(row, dict) else {}
        flat |= {
            row_name(spec.name, index, name): value for name, value in answers.items() if value is not None
        }
    return flat
