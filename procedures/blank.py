"""An e-form on paper: the same questions as a sheet to print and fill in by hand. Pure, Vietnamese like all documents.

Who has no phone fills it in at home; the counter types it in. It asks what the e-form asks, nothing more, and its last
part is the closed list of papers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from procedures.form_schema import FieldSpec, FormSchema, Kind, Section

ROWS_OF_GROUP = 4
LONG_LIST = 24  # longer lists are written, not ticked
_BOXES = {Kind.ID_NUMBER: 12, Kind.TAX_CODE: 13}
_COMPARED = {"gt": "lớn hơn", "ge": "từ", "lt": "nhỏ hơn", "le": "đến"}
DEPENDS = "tùy câu trả lời ở trên"


@dataclass(frozen=True)
class Line:
    """One question on paper. `kind`: fill, long, boxes, date, tick, choose, rows or note."""

    kind: str
    label: str
    hint: str = ""
    when: str = ""
    unit: str = ""
    options: list[str] = field(default_factory=list)
    boxes: range = range(0)
    columns: list[str] = field(default_factory=list)
    rows: range = range(0)


@dataclass(frozen=True)
class Part:
    """A section of the form."""

    title: str
    hint: str
    when: str
    groups: list[tuple[str, list[Line]]]

    @property
    def declares(self) -> bool:
        """Whether the form has a declaration of its own to tick."""
        return any(
            line.kind == "tick" and "cam đoan" in line.label for _when, lines in self.groups for line in lines
        )


def parts(schema: FormSchema) -> list[Part]:
    """Every section with what is asked in it, questions under one condition together.

    Left out are computed values and remarks that hang on them: the portal computes, paper does not.
    """
    return [
        Part(
            section.title.vi,
            section.hint.vi if section.hint else "",
            words(section.visible_when, schema),
            _grouped(section, schema),
        )
        for section in schema.sections
    ]


def _grouped(section: Section, schema: FormSchema) -> list[tuple[str, list[Line]]]:
    lines = [_line(spec, schema) for spec in section.fields if spec.type != Kind.COMPUTED]
    printed = [line for line in lines if line.kind != "note" or line.when != DEPENDS]
    return [(when, list(group)) for when, group in groupby(printed, key=lambda line: line.when)]


def _line(spec: FieldSpec, schema: FormSchema) -> Line:
    said: dict[str, Any] = {
        "label": spec.label.vi,
        "hint": spec.help.vi if spec.help else "",
        "when": words(spec.visible_when, schema),
        "unit": spec.unit.vi if spec.unit else "",
    }
    if spec.type == Kind.GROUP:
        columns = [one.label.vi for one in spec.fields if one.type != Kind.COMPUTED]
        return Line("rows", **said, columns=columns, rows=range(max(spec.min_rows, ROWS_OF_GROUP)))
    if spec.type in {Kind.CHOICE, Kind.MULTI} and 0 < len(spec.choices) <= LONG_LIST:
        return Line("choose", **said, options=[vi for _code, vi, _en in spec.choices])
    if spec.type in _BOXES:
        return Line("boxes", **said, boxes=range(_BOXES[spec.type]))
    kinds = {Kind.INFO: "note", Kind.CHECKBOX: "tick", Kind.DATE: "date", Kind.TEXTAREA: "long"}
    return Line(kinds.get(spec.type, "fill"), **said)


def words(condition: Mapping[str, Any] | None, schema: FormSchema) -> str:
    """A condition in words: "" when it always holds; what reads a computed value depends on the answers above."""
    if not condition:
        return ""
    name, body = next(iter(condition.items()))
    if name in {"and", "or"}:
        said = [words(one, schema) for one in body]
        return DEPENDS if DEPENDS in said else (" và " if name == "and" else " hoặc ").join(said)
    if name == "not":
        said_inside = words(body, schema)
        return said_inside if said_inside == DEPENDS else f"không phải: {said_inside}"
    asked = schema.by_name.get(body if name == "empty" else body[0])
    if asked is None or asked.type == Kind.COMPUTED:
        return DEPENDS
    if name == "empty":
        return f"không khai “{asked.label.vi}”"
    return f"“{asked.label.vi}” {_compared(name, body[1], asked)}"


def _compared(name: str, value: Any, asked: FieldSpec) -> str:
    labels = {code: vi for code, vi, _en in asked.choices}

    def shown(one: Any) -> str:
        return labels.get(str(one), str(one))

    if isinstance(value, bool):
        return "được chọn" if value else "không được chọn"
    if name in _COMPARED:
        return f"{_COMPARED[name]} {value}"
    if name == "has":
        return f"có “{shown(value)}”"
    chosen = value if isinstance(value, list) else [value]
    return "là " + " hoặc ".join(f"“{shown(one)}”" for one in chosen)
