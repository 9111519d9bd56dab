"""`manage.py workflow_diagram`: the pictures of docs/workflow.md and docs/transfers.md, from their tables."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from dossiers.states import State
from dossiers.transfers import LEGS, STEPS, Leg, Step, TransferState
from dossiers.workflow import STATES, TRANSITIONS, Place, Transition

BEGIN, END = "<!-- generated: begin -->", "<!-- generated: end -->"
# A move without a fixed target goes back to where the pause began; the new appointment moves nothing.
RETURNS = ("answer_supplement", "receive_supplement", "meet_obligation")


def generated() -> str:
    """Diagram and tables in Markdown, with the labels in English."""
    with translation.override("en"):
        return "\n".join([*_diagram(), "", *_states(), "", *_moves(), "", *_walks(), ""])


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


def _walks() -> Iterator[str]:
    """Each state and move out of it, the form it issues, and the test that walks it."""
    yield "Each of these is walked by a test of its own in `tests/dossiers/test_walks.py`:"
    yield ""
    yield "| from | move | to | issues form | test |"
    yield "|---|---|---|---|---|"
    for state in State:
        for move in TRANSITIONS:
            if state in move.sources:
                test = f"test_walk[{state.value}-{move.name}]"
                target = _target(move, state)
                yield f"| `{state.value}` | `{move.name}` | {target} | {move.form or '–'} | `{test}` |"


def _who(move: Transition) -> str:
    if move.place is Place.CITIZEN or move.needs is None:
        return "the citizen"
    unit = "receiving" if move.place is Place.RECEIVING else "competent"
    return f"`{move.needs.value}` of the {unit} unit"


def between_units() -> str:
    """The picture and the tables of transfers (`dossiers/transfers.py`)."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> sent: send"]
    for step in STEPS:
        lines += [f"    {source.value} --> {step.target.value}: {step.name}" for source in step.sources]
    lines += [
        "    back --> handed: return_result of the dossier",
        "    handed --> [*]",
        "    ended --> [*]",
        "```",
        "",
    ]
    lines += ["| state | what is to be done | by whom | within |", "|---|---|---|---|"]
    with translation.override("en"):
        lines += [_leg(state, leg) for state, leg in LEGS.items()]
        lines += ["", "| step | label | from | to | who | event |", "|---|---|---|---|---|---|"]
        lines += [_step(step) for step in STEPS]
    return "\n".join(lines) + "\n"


def _leg(state: TransferState, leg: Leg) -> str:
    owner = leg.owner.name.lower() if leg.owner else "–"
    within = f"{leg.minutes // 60} working hours" if leg.minutes else "–"
    return f"| `{state.value}` {state.label} | {leg.todo} | {owner} | {within} |"


def _step(step: Step) -> str:
    sources = ", ".join(source.value for source in step.sources)
    needs = " or ".join(f"`{each.value}`" for each in step.needs)
    who = f"{needs} of the {step.side.name.lower()}"
    return (
        f"| `{step.name}` | {step.label} | {sources} | {step.target.value} | {who} | `{step.event.value}` |"
    )


class Command(BaseCommand):
    """Write the generated parts of the pages, or with `--check` say whether it is up to date."""

    help = "Write the generated parts of docs/workflow.md and docs/transfers.md from their tables."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--check` writes nothing."""
        parser.add_argument("--check", action="store_true", help="only say whether the pages are up to date")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Raises CommandError when the page has no place for it or, with `--check`, is out of date."""
        for name, made in PAGES.items():
            path = settings.BASE_DIR / name
            page = path.read_text(encoding="utf-8")
            wanted = filled(name, page, made())
            if options["check"]:
                if page != wanted:
                    raise CommandError(f"{name} is out of date: run manage.py workflow_diagram")
            elif page != wanted:
                path.write_text(wanted, encoding="utf-8")
                self.stdout.write(f"{name} written")


def filled(name: str, page: str, made: str) -> str:
    """The page with its generated part anew. Raises CommandError when the marks are missing."""
    head, begin, rest = page.partition(BEGIN)
    _old, end, tail = rest.partition(END)
    if not (begin and end):
        raise CommandError(f"{name} has no {BEGIN} … {END}")
    return f"{head}{BEGIN}\n{made}{END}{tail}"


PAGES: dict[str, Callable[[], str]] = {"docs/workflow.md": generated, "docs/transfers.md": between_units}
