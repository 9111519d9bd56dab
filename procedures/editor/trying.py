"""Trying a draft's form with typed answers: what a dossier would say, and the example it makes. Reads units only."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from procedures.drafting import schema_of
from procedures.form_engine import Checked, check_answers
from procedures.form_schema import FormSchema
from procedures.importing import examples
from procedures.importing.configured_file import Example, Fee, Paper

_FEES, _PAPERS = TypeAdapter(list[Fee]), TypeAdapter(list[Paper])


@dataclass(frozen=True)
class Tried:
    """What came of typed answers: `papers` by name, `outcome` as an example expects it (None: it cannot be told)."""

    checked: Checked
    outcome: dict[str, Any] | None
    papers: list[str]


def run_one(
    content: Mapping[str, Any], schema: FormSchema, answers: dict[str, Any], setting: Mapping[str, Any]
) -> Tried:
    """Answer the form as on the day and channel of `setting` (channel, case, on, exemption)."""
    day = datetime.date.fromisoformat(setting["on"])
    checked = check_answers(schema, answers, today=day, lists=examples.lists())
    try:
        fees = _FEES.validate_python(content.get("fees", []))
        papers = _PAPERS.validate_python(content.get("papers", []))
    except ValidationError:
        return Tried(checked, None, [])
    outcome = examples.outcome(
        fees,
        papers,
        checked,
        channel=setting["channel"],
        case=setting["case"],
        exemption=setting["exemption"],
        on=day,
    )
    names = [paper.name for paper in papers if paper.code in outcome["papers"]]
    return Tried(checked, outcome, names)


def example_of(
    name: str, setting: Mapping[str, Any], answers: dict[str, Any], tried: Tried
) -> dict[str, Any]:
    """The scripted check that these answers keep giving what they give now."""
    found = {
        key: value
        for key, value in (tried.outcome or {}).items()
        if value or key in {"gross", "payable", "papers"}
    }
    plain = {key: value for key, value in setting.items() if value}
    return {"name": name, **plain, "answers": answers, "expect": found}


@dataclass(frozen=True)
class Ran:
    """An example of a draft and what differs from what it expects; None while the form or the example is broken."""

    number: int
    name: str
    faults: tuple[str, ...] | None


def run_all(content: Mapping[str, Any]) -> list[Ran]:
    """Every example of a draft with its result."""
    schema, rows = schema_of(content), content.get("examples", [])
    return [
        Ran(number, str(row.get("name", "")), _faults(content, schema, row))
        for number, row in enumerate(rows)
    ]


def _faults(
    content: Mapping[str, Any], schema: FormSchema | None, row: dict[str, Any]
) -> tuple[str, ...] | None:
    try:
        example = Example.model_validate(row)
        fees = _FEES.validate_python(content.get("fees", []))
        papers = _PAPERS.validate_python(content.get("papers", []))
    except ValidationError:
        return None
    if schema is None:
        return None
    return tuple(examples.example_faults(schema, fees, papers, example, examples.lists()))
