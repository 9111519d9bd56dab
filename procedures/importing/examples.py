"""Running the scripted examples of a configured procedure: answers in, faults out. No database."""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Iterable, Iterator
from typing import Any

from portal.accounts.loading import UNITS_FILE
from procedures.fees import assess
from procedures.form_engine import Checked, Lists, check_answers, holds
from procedures.form_schema import FormSchema
from procedures.importing.configured_file import ConfiguredFile, Example, Fee, Paper
from procedures.models import FeeRule


@functools.cache
def lists() -> Lists:
    """The communes of the units file."""
    rows = json.loads(UNITS_FILE.read_text(encoding="utf-8"))["units"]
    communes = [row for row in rows if row["kind"] == "commune"]
    return Lists([(row["code"], row["name"], row["name_en"]) for row in communes])


def run(file: ConfiguredFile, communes: Lists) -> Iterator[str]:
    """What differs from what an example expects, one line each."""
    for number, fault in faults(file, communes):
        yield f"{file.code}, example “{file.examples[number].name}”: {fault}"


def faults(file: ConfiguredFile, communes: Lists) -> Iterator[tuple[int, str]]:
    """The number of an example, from 0, and what differs from what it expects."""
    for number, example in enumerate(file.examples):
        for fault in example_faults(file.form, file.fees, file.papers, example, communes):
            yield number, fault


def example_faults(
    form: FormSchema, fees: list[Fee], papers: list[Paper], example: Example, communes: Lists
) -> Iterator[str]:
    """What differs from what one example expects."""
    checked = check_answers(form, example.answers, today=example.on, lists=communes)
    yield from _differences(fees, papers, example, checked)
    again = check_answers(form, checked.cleaned, today=example.on, lists=communes)
    if again.cleaned != checked.cleaned:
        yield "checking the cleaned answers again changes them"


def outcome(
    fees: Iterable[Fee],
    papers: Iterable[Paper],
    checked: Checked,
    *,
    channel: str,
    case: str,
    exemption: str,
    on: datetime.date,
) -> dict[str, Any]:
    """What comes of checked answers, in the shape of `Expected` (without `dropped`)."""
    rules = [FeeRule(**fee.model_dump(exclude={"case"})) for fee in fees if fee.case in {"", case}]
    cost = assess(rules, channel=channel, answers=checked.cleaned, exemption=exemption, on=on)
    asked = (
        paper for paper in papers if paper.case in {"", case} and holds(paper.condition, checked.cleaned)
    )
    return {
        "errors": _names(checked.errors),
        "warnings": _names(checked.warnings),
        "gross": cost.gross,
        "payable": cost.payable,
        "papers": sorted(paper.code for paper in asked),
    }


def _differences(fees: list[Fee], papers: list[Paper], example: Example, checked: Checked) -> Iterator[str]:
    expect = example.expect
    found = outcome(
        fees,
        papers,
        checked,
        channel=example.channel,
        case=example.case,
        exemption=example.exemption,
        on=example.on,
    )
    found["dropped"] = [name for name in expect.dropped if name in checked.cleaned]
    wanted = {
        "errors": sorted(expect.errors),
        "warnings": sorted(expect.warnings),
        "gross": expect.gross,
        "payable": expect.payable,
        "papers": sorted(expect.papers),
        "dropped": [],
    }
    for what, value in wanted.items():
        if found[what] != value:
            yield f"{what}: expected {value}, found {found[what]}"


def _names(messages: dict[str, dict[str, list[str]]]) -> list[str]:
    return sorted(name for section in messages.values() for name in section)
