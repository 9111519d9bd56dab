"""Running the scripted examples of a configured procedure: answers in, faults out. No database."""

from __future__ import annotations

import json
from collections.abc import Iterator

from portal.accounts.loading import UNITS_FILE
from procedures.fees import assess
from procedures.form_engine import Checked, Lists, check_answers, holds
from procedures.importing.configured_file import ConfiguredFile, Example
from procedures.models import FeeRule


def lists() -> Lists:
    """The communes of the units file."""
    rows = json.loads(UNITS_FILE.read_text(encoding="utf-8"))["units"]
    communes = [row for row in rows if row["kind"] == "commune"]
    return Lists([(row["code"], row["name"], row["name_en"]) for row in communes])


def run(file: ConfiguredFile, communes: Lists) -> Iterator[str]:
    """What differs from what an example expects, one line each."""
    for example in file.examples:
        checked = check_answers(file.form, example.answers, today=example.on, lists=communes)
        again = check_answers(file.form, checked.cleaned, today=example.on, lists=communes)
        found = [*_differences(file, example, checked)]
        if again.cleaned != checked.cleaned:
            found.append("checking the cleaned answers again changes them")
        yield from (f"{file.code}, example “{example.name}”: {fault}" for fault in found)


def _differences(file: ConfiguredFile, example: Example, checked: Checked) -> Iterator[str]:
    expect = example.expect
    rules = [FeeRule(**fee.model_dump(exclude={"case"})) for fee in file.of_case(file.fees, example.case)]
    cost = assess(
        rules, channel=example.channel, answers=checked.cleaned, exemption=example.exemption, on=example.on
    )
    papers = file.of_case(file.papers, example.case)
    pairs = {
        "errors": (_names(checked.errors), sorted(expect.errors)),
        "warnings": (_names(checked.warnings), sorted(expect.warnings)),
        "gross": (cost.gross, expect.gross),
        "payable": (cost.payable, expect.payable),
        "papers": (
            sorted(paper.code for paper in papers if holds(paper.condition, checked.cleaned)),
            sorted(expect.papers),
        ),
        "dropped": ([name for name in expect.dropped if name in checked.cleaned], []),
    }
    for what, (found, wanted) in pairs.items():
        if found != wanted:
            yield f"{what}: expected {wanted}, found {found}"


def _names(messages: dict[str, dict[str, list[str]]]) -> list[str]:
    return sorted(name for section in messages.values() for name in section)
