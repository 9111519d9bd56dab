"""`manage.py workflow_diagram`: the picture of the moves of a dossier in docs/workflow.md, from the table."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from dossiers.states import State
from dossiers.workflow import STATES, TRANSITIONS, Place, Transition

PAGE = Path("docs") / "workflow.md"
BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"
# A move without a fixed target goes back to where the pause began; the new appointment moves nothing.
RETURNS = ("answer_supplement", "receive_supplement", "meet_obligation")


def generated() -> str:
    """Diagram and tables in Markdown, with the labels in English."""
    with translation.override("en"):
        return "\n".join([*_diagram(), "", *_states(), "", *_moves(), ""])


def _diagram() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    state resumed <<choice>>"
    yield f"    [*] --> {State.FILED.value}"
    for state in State:
        yield f"    {state.value}: {state.label}"
    for move in TRANSITIONS:
        for source in move.sources:
            yield f"    {source.value} --> {_target(move, source)}: {move.name}"
    paused = (move for move in TRANSITIONS if move.target in {State.SUPPLEMENT, State.OBLIGATION})
    for name in sorted({source.value for move in paused for source in move.sources}):
        yield f"    resumed --> {name}"
    for state, facts in STATES.items():
        if facts.turn.name == "NOBODY":
            yield f"    {state.value} --> [*]"
    yield "```"


def _target(move: Transition, source: State) -> str:
    if move.target is not None:
        return move.target.value
    return "resumed" if move.name in RETURNS else source.value


def _states() -> Iterator[str]:
    yield "| state | label | national code | whose move | badge | what the citizen reads |"
    yield "|---|---|---|---|---|---|"
    for state in State:
        facts = STATES[state]
        yield (
            f"| `{state.value}` | {state.label} | {facts.national} | {facts.turn.value} | {facts.tone} "
            f"| {facts.citizen} |"
        )


def _moves() -> Iterator[str]:
    yield "| move | label | from | to | who | event | form | notice |"
    yield "|---|---|---|---|---|---|---|---|"
    for move in TRANSITIONS:
        sources = ", ".join(source.value for source in move.sources)
        target = move.target.value if move.target else _target(move, move.sources[0])
        if move.stays:
            target = "unchanged"
        yield (
            f"| `{move.name}` | {move.label} | {sources} | {target} | {_who(move)} | `{move.event.value}` "
            f"| {move.form or '–'} | {'yes' if move.notice else 'no'} |"
        )


def _who(move: Transition) -> str:
    if move.place is Place.CITIZEN or move.needs is None:
        return "the citizen"
    unit = "receiving" if move.place is Place.RECEIVING else "competent"
    return f"`{move.needs.value}` of the {unit} unit"


class Command(BaseCommand):
    """Write the generated part of docs/workflow.md, or with `--check` say whether it is up to date."""

    help = "Write the generated part of docs/workflow.md from the table of moves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--check` writes nothing."""
        parser.add_argument("--check", action="store_true", help="only say whether the page is up to date")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Raises CommandError when the page has no place for it or, with `--check`, is out of date."""
        path = settings.BASE_DIR / PAGE
        page = path.read_text(encoding="utf-8")
        wanted = filled(page)
        if options["check"]:
            if page != wanted:
                raise CommandError(f"{PAGE} is out of date: run manage.py workflow_diagram")
        elif page != wanted:
            path.write_text(wanted, encoding="utf-8")
            self.stdout.write(f"{PAGE} written")


def filled(page: str) -> str:
    """The page with its generated part anew. Raises CommandError when the marks are missing."""
    head, begin, rest = page.partition(BEGIN)
    _old, end, tail = rest.partition(END)
    if not (begin and end):
        raise CommandError(f"{PAGE} has no {BEGIN} … {END}")
    return f"{head}{BEGIN}\n{generated()}{END}{tail}"
