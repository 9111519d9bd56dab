"""The complete generic form and what goes with it, checked before anything is written. See docs/catalogue.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from procedures import dictionary
from procedures.form_schema import BadSchemaError, FormSchema, Strict, parse
from procedures.importing.configured_file import Layout
from procedures.importing.files import BadData

PATH = Path(__file__).resolve().parent.parent / "data" / "generic.json"
LEAST_STEP_MINUTES = 1


class ShareStep(Strict):
    """A step of the internal process; `share` is its percentage of the legal time."""

    kind: Literal["receive", "assign", "appraise", "check", "sign", "issue", "return"]
    role: Literal["counter", "specialist", "head", "leader", "clerk"]
    name: str
    share: Annotated[int, Field(gt=0, le=100)]


class GenericExample(Strict):
    """Scripted answers, the faulty fields they must give, and the answers that must be left out."""

    name: str
    answers: dict[str, Any]
    errors: list[str]
    dropped: list[str] = []


class GenericFile(Strict):
    """What every procedure without a form of its own gets. `result` names the paper where the source names none."""

    about: str
    result: str
    number_suffix: str
    layout: Layout
    steps: Annotated[list[ShareStep], Field(min_length=2)]
    form: FormSchema
    examples: Annotated[list[GenericExample], Field(min_length=2)]

    @model_validator(mode="after")
    def _agrees(self) -> GenericFile:
        if sum(step.share for step in self.steps) > 100:
            raise ValueError("the shares of the steps exceed the legal time")
        if self.steps[0].kind != "receive" or self.steps[-1].kind != "return":
            raise ValueError("steps must go from receive to return")
        for row in self.layout.rows:
            if row.field and not row.drafted and row.field not in self.form.by_name:
                raise ValueError(f"layout: {row.field!r} is no field of the form")
        return self

    def minutes(self, legal: int) -> list[int]:
        """Working minutes of each step, rounded down, so that their sum never exceeds `legal`."""
        return [max(legal * step.share // 100, LEAST_STEP_MINUTES) for step in self.steps]


def read(path: Path = PATH) -> GenericFile:
    """The checked file. Raises BadData naming each fault."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        raw["form"] = dictionary.expand(raw.get("form"))
        parse(raw["form"])
        return GenericFile.model_validate(raw)
    except json.JSONDecodeError as error:
        raise BadData(f"{path.name}:{error.lineno}: not JSON ({error.msg})") from error
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        lines = (f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in faults)
        raise BadData(f"{path.name}: " + "\n".join(lines)) from error
    except (BadSchemaError, ValueError) as error:
        raise BadData(f"{path.name}: form: {error}") from error
