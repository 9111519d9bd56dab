"""Which case of a procedure is mine: a short tree of questions, kept with the version as data. Pure.

`ProcedureVersion.questions` is a list of questions, asked from the first; each choice leads to a later question
(`ask`), to a case (`case`, "" where the procedure has none) or to an end (`stop`): the reason why this procedure is not
the right one, and what to do instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, model_validator

from procedures.form_schema import Code, Strict, Text


class Stop(Strict):
    """Not this procedure: why, what to do instead, and the code of the procedure that does it, where one does."""

    reason: Text
    instead: Text
    procedure: Annotated[str, Field(pattern=r"^(\d\.\d{6})?$")] = ""


class Choice(Strict):
    """An answer and where it leads: exactly one of `ask`, `case`, `stop`."""

    code: Code
    text: Text
    ask: str = ""
    case: str | None = None
    stop: Stop | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Choice:
        if sum([bool(self.ask), self.case is not None, self.stop is not None]) != 1:
            raise ValueError("a choice leads to exactly one of ask, case, stop")
        return self


class Question(Strict):
    """One question with at least two choices."""

    code: Code
    text: Text
    help: Text | None = None
    choices: Annotated[list[Choice], Field(min_length=2)]


_QUESTIONS = TypeAdapter(list[Question])


def parse(raw: Any) -> list[Question]:
    """The questions in `raw` JSON. Raises pydantic.ValidationError."""
    return _QUESTIONS.validate_python(raw or [])


def faults(questions: list[Question], cases: Iterable[str]) -> Iterator[str]:
    """What is wrong with a tree: twice the same code, a way back or to nowhere, a case nobody is led to."""
    places = {question.code: number for number, question in enumerate(questions)}
    if len(places) != len(questions):
        yield "questions: two have the same code"
    known = set(cases)
    asked, led = {questions[0].code} if questions else set(), set()
    for number, question in enumerate(questions):
        where = f"questions.{question.code}"
        if len({choice.code for choice in question.choices}) != len(question.choices):
            yield f"{where}: two choices have the same code"
        for choice in question.choices:
            if choice.ask and places.get(choice.ask, -1) <= number:
                yield f"{where}.{choice.code}: asks {choice.ask!r}, which is no later question"
            if choice.case is not None and choice.case not in (known or {""}):
                yield f"{where}.{choice.code}: leads to the unknown case {choice.case!r}"
            asked.add(choice.ask)
            led.add(choice.case)
    yield from (f"questions.{code}: nobody is led to it" for code in places if code not in asked)
    if questions:
        yield from (f"cases.{code}: no question leads to it" for code in sorted(known - led))


@dataclass(frozen=True)
class Walk:
    """How far the answers lead: what was answered, the next question, or where it ends."""

    answered: tuple[tuple[Question, Choice], ...]
    question: Question | None = None
    case: str | None = None
    stop: Stop | None = None


def walk(questions: list[Question], answers: Mapping[str, str]) -> Walk:
    """Follow `answers` (question -> choice) from the first question; an unknown answer is asked again."""
    by_code = {question.code: question for question in questions}
    question = questions[0]
    answered: list[tuple[Question, Choice]] = []
    while True:
        given = answers.get(question.code, "")
        choice = next((each for each in question.choices if each.code == given), None)
        if choice is None:
            return Walk(tuple(answered), question=question)
        answered.append((question, choice))
        if not choice.ask:
            return Walk(tuple(answered), case=choice.case, stop=choice.stop)
        question = by_code[choice.ask]
