"""The file of one procedure configured in full, checked before anything is written. See docs/forms.md."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, ValidationError, model_validator

from procedures import dictionary
from procedures.cases import Question
from procedures.cases import faults as question_faults
from procedures.form_schema import BadSchemaError, FormSchema, Strict, parse
from procedures.forms_engine.lint import condition_faults
from procedures.importing import blocks
from procedures.importing.files import BadData

FOLDER = Path(__file__).resolve().parent.parent / "data" / "configured"
DAY_MINUTES = 480
LIMIT_MINUTES = {
    "same_day": DAY_MINUTES,
    "work_day": DAY_MINUTES,
    "work_hour": 60,
    "day": DAY_MINUTES * 5 // 7,
    "month": DAY_MINUTES * 20,
}

SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")

Channel = Literal["online", "counter", "post"]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,59}$")]
Day = Annotated[datetime.date, Field(strict=False)]
Minutes = Annotated[int, Field(gt=0)]


class Rules(Strict):
    """What a version says of itself."""

    online_level: Literal["full", "partial", "counter"]
    level_reason: str
    clock_start: Literal["moment", "next_day"] = "moment"
    supplement_restarts_clock: bool = False
    refusal_by_head: bool = False
    any_commune: bool = False


class Case(Strict):
    """A case of the procedure."""

    code: Code
    title: str


class Paper(Strict):
    """A paper of the closed list."""

    code: Code
    name: Annotated[str, Field(max_length=700)]
    case: str = ""
    originals: int = 0
    copies: int = 0
    required: bool = True
    shown_only: bool = False
    known_from: str = ""
    asked_because: str = ""
    certified_basis: str = ""
    condition: dict[str, Any] = {}
    hint: str = ""
    template: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""


class Time(Strict):
    """Statutory time of a channel. Not `confirmed`: the city has yet to confirm it, `note` says whose it is."""

    channel: Channel
    case: str = ""
    value: Annotated[int, Field(gt=0)]
    unit: Literal["same_day", "work_hour", "work_day", "day", "month"]
    note: str = ""
    confirmed: bool = True


class Tier(Strict):
    """`amount` VND for each unit up to `upto`, null: without end."""

    upto: int | None
    amount: int


class Exemption(Strict):
    """An exempt group and the code of the paper that proves it."""

    code: Code
    name: str
    proof: str


class Fee(Strict):
    """A fee rule."""

    code: Code
    name: str
    case: str = ""
    kind: Literal["phi", "le_phi"]
    authority: Literal["btc", "hdnd"]
    channel: Literal["", "online", "counter", "post"] = ""
    quantity_field: str = ""
    copies_field: str = ""
    tiers: Annotated[list[Tier], Field(min_length=1)]
    cap: int | None = None
    subsidy_percent: Annotated[int, Field(ge=0, le=100)] = 0
    exemptions: list[Exemption] = []
    legal_basis: str
    confirmed: bool = True
    valid_from: Day
    valid_to: Day | None = None


class Step(Strict):
    """A step of the internal process, in working minutes; of a `verify` step they are the limit to answer.

    `unit` is the code of the unit that is always asked, `pause_basis` the provision by which the clock stands still.
    """

    kind: Literal["receive", "assign", "appraise", "verify", "check", "sign", "issue", "return"]
    case: str = ""
    name: str
    role: Literal["counter", "specialist", "head", "leader", "clerk"]
    minutes: Minutes
    unit: str = ""
    optional: bool = False
    pause_basis: str = ""


class LayoutRow(Strict):
    """A line of the result document: an answer, a fixed text, or (`drafted`) what the specialist writes.

    An `optional` line is left out when its answer is empty; any other then shows a dotted blank, as on paper.
    """

    label: str
    field: str = ""
    text: str = ""
    drafted: bool = False
    optional: bool = False


class Layout(Strict):
    """The result document."""

    heading: dict[Literal["vi", "en"], str]
    intro: str = ""
    rows: list[LayoutRow] = []
    closing: str = ""


class Outcome(Strict):
    """A kind of result."""

    code: str = ""
    name: str
    case: str = ""
    number_suffix: str
    layout: Layout


class Expected(Strict):
    """What must come of an example. Errors are the faulty fields; papers those asked for, by code."""

    errors: list[str] = []
    warnings: list[str] = []
    gross: int
    payable: int
    papers: list[str]
    dropped: list[str] = []


class Example(Strict):
    """Scripted answers and their outcome, run by `check_forms` and the tests."""

    name: str
    case: str = ""
    channel: Channel
    on: Day
    exemption: str = ""
    answers: dict[str, Any]
    expect: Expected


class ConfiguredFile(Strict):
    """Everything about one procedure."""

    code: Annotated[str, Field(pattern=r"^\d\.\d{6}$")]
    source: str
    notes: list[str] = []
    missing: list[str] = []
    decision: Annotated[str, Field(max_length=200)] = Field("", description="announcing decision, its number")
    decision_date: Day | None = None
    basis: list[str] = Field([], description="numbers of the legal acts, where the catalogue names none")
    fee_unknown: list[Channel] = Field([], description="channels whose charge the city has not confirmed")
    rules: Rules
    cases: list[Case] = []
    questions: list[Question] = []
    papers: list[Paper]
    times: Annotated[list[Time], Field(min_length=1)]
    fees: list[Fee] = []
    steps: Annotated[list[Step], Field(min_length=2)]
    results: Annotated[list[Outcome], Field(min_length=1)]
    form: FormSchema
    examples: Annotated[list[Example], Field(min_length=2)]

    @model_validator(mode="after")
    def _agrees(self) -> ConfiguredFile:
        found = [
            *_case_faults(self),
            *question_faults(self.questions, [case.code for case in self.cases]),
            *_paper_faults(self),
            *_fee_faults(self),
            *_time_faults(self),
            *_step_faults(self),
            *_row_faults(self),
        ]
        if found:
            raise ValueError("\n".join(found))
        return self

    def of_case(self, parts: list[Any], case: str) -> list[Any]:
        """The parts that hold for a case: its own and those of all cases."""
        return [part for part in parts if part.case in {"", case}]


def _case_faults(file: ConfiguredFile) -> Iterator[str]:
    known = {"", *(case.code for case in file.cases)}
    parts: list[Any] = [*file.papers, *file.times, *file.fees, *file.steps, *file.results, *file.examples]
    for part in parts:
        if part.case not in known:
            yield f"cases: {type(part).__name__} names the unknown case {part.case!r}"
    if file.cases and any(example.case == "" for example in file.examples):
        yield "examples: an example must name its case"


def _paper_faults(file: ConfiguredFile) -> Iterator[str]:
    codes = [paper.code for paper in file.papers]
    if len(codes) != len(set(codes)):
        yield "papers: two have the same code"
    for paper in file.papers:
        yield from (f"papers.{paper.code}: {fault}" for fault in condition_faults(file.form, paper.condition))
        if not paper.shown_only and not paper.originals + paper.copies:
            yield f"papers.{paper.code}: neither originals nor copies nor shown_only"
    yield from (f"examples: one asks for the unknown paper {code!r}" for example in file.examples
                for code in example.expect.papers if code not in codes)  # fmt: skip


def _fee_faults(file: ConfiguredFile) -> Iterator[str]:
    for fee in file.fees:
        for name in (fee.quantity_field, fee.copies_field):
            if name and (name not in file.form.by_name or file.form.by_name[name].type != "integer"):
                yield f"fees.{fee.code}: {name!r} is no integer field of the form"
        if any(tier.upto is None for tier in fee.tiers[:-1]) or fee.tiers[-1].upto is not None:
            yield f"fees.{fee.code}: the last tier, and only it, has no end"


def _time_faults(file: ConfiguredFile) -> Iterator[str]:
    unconfirmed = [time for time in file.times if not time.confirmed]
    if bool(unconfirmed) != ("city_time" in file.missing):
        yield "missing: city_time belongs to times that are not confirmed, and only to them"
    yield from (
        f"times.{time.channel}: say in the note whose time it is" for time in unconfirmed if not time.note
    )
    for case in {"", *(case.code for case in file.cases)}:
        steps = [step for step in file.of_case(file.steps, case) if step.kind != "verify"]
        minutes = sum(step.minutes for step in steps)
        own = [time for time in file.times if time.case == case] or file.of_case(file.times, case)
        for time in own:
            legal = time.value * LIMIT_MINUTES[time.unit]
            if minutes > legal:
                yield f"steps: they take {minutes} minutes, {time.channel} allows {legal} (case {case or 'all'})"
        kinds = [step.kind for step in steps]
        if kinds and (kinds[0] != "receive" or kinds[-1] != "return"):
            yield f"steps: those of case {case or 'all'} must go from receive to return"


def _step_faults(file: ConfiguredFile) -> Iterator[str]:
    order = list(get_args(Step.model_fields["kind"].annotation))
    for case in {step.case for step in file.steps}:
        steps = [step for step in file.steps if step.case == case]
        numbers = [order.index(step.kind) for step in steps]
        if numbers != sorted(numbers):
            yield f"steps: those of case {case or 'all'} are not in the order of the handling"
    for step in file.steps:
        if step.kind != "verify" and (step.unit or step.optional or step.pause_basis):
            yield f"steps: {step.name!r}: only a verification asks a unit, is optional or pauses"


def _row_faults(file: ConfiguredFile) -> Iterator[str]:
    for number, outcome in enumerate(file.results):
        for row in outcome.layout.rows:
            names = [*([row.field] if row.field and not row.drafted else []), *SLOT.findall(row.text)]
            for name in names:
                if name not in file.form.by_name:
                    yield f"results.{number}.layout: {name!r} is no field of the form"
            if bool(row.field) == bool(row.text):
                yield f"results.{number}.layout: {row.label!r} needs either a field or a text"


def read(path: Path) -> ConfiguredFile:
    """The checked file. Raises BadData naming the file and each path at fault."""
    try:
        raw = blocks.expand(json.loads(path.read_text(encoding="utf-8")))
        raw["form"] = dictionary.expand(raw.get("form"))
        parse(raw["form"])
        found = ConfiguredFile.model_validate(raw)
    except json.JSONDecodeError as error:
        raise BadData(f"{path.name}:{error.lineno}: not JSON ({error.msg})") from error
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        lines = (f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in faults)
        raise BadData(f"{path.name}: " + "\n".join(lines)) from error
    except (BadSchemaError, ValueError) as error:
        raise BadData(f"{path.name}: form: {error}") from error
    if path.stem != found.code:
        raise BadData(f"{path.name}: holds {found.code}")
    return found


def read_all() -> list[ConfiguredFile]:
    """Every configured procedure, by code. Raises BadData."""
    return [read(path) for path in sorted(FOLDER.glob("*.json"))]
