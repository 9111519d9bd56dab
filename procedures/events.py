"""Events of life and of business: what people live through, and the procedures each brings, in order.

`data/events.json` holds them. The first group of an event comes first; `bundle` names the linked service that does
several of its procedures in one filing.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from rapidfuzz import fuzz, process

from portal.lib.text import fold
from procedures.form_schema import Code, Strict, Text

FILE = Path(__file__).resolve().parent / "data" / "events.json"
_NEARLY = 88  # likeness from which a mistyped text is one of the phrases
_ENOUGH = 3  # letters from which an event is offered


class Group(Strict):
    """Procedures of one event that are met at the same time, under a heading."""

    title: Text
    codes: Annotated[tuple[str, ...], Field(min_length=1)]


class Event(Strict):
    """One event; `say` are words people use for it."""

    code: Code
    kind: Literal["life", "business"]
    title: Text
    about: Text
    say: Annotated[tuple[str, ...], Field(min_length=1)]
    bundle: str = ""
    steps: Annotated[tuple[Group, ...], Field(min_length=1)]

    @property
    def codes(self) -> tuple[str, ...]:
        """Every procedure of the event, in order."""
        return tuple(code for group in self.steps for code in group.codes)


class _File(Strict):
    about: str
    events: tuple[Event, ...]


@functools.cache
def events() -> dict[str, Event]:
    """All events by code, in the order of the file: those of life first."""
    found = _File.model_validate_json(FILE.read_bytes(), strict=False).events
    return {event.code: event for event in found}


def events_of(kind: str) -> list[Event]:
    """The events of life, or of business."""
    return [event for event in events().values() if event.kind == kind]


def events_with(procedure: str) -> list[Event]:
    """The events that bring the procedure of this code."""
    return [event for event in events().values() if procedure in event.codes]


@functools.cache
def _phrases() -> dict[str, str]:
    """Folded title or phrase -> code of its event."""
    return {
        fold(phrase): event.code
        for event in events().values()
        for phrase in (*reversed(event.say), event.title.vi, event.title.en)
    }


def events_named(query: str) -> list[Event]:
    """Events whose title or phrase begins with what was typed, is in it, or is within a typing error of it."""
    typed = fold(query.replace("\x00", " "))
    if len(typed) < _ENOUGH:
        return []
    codes = [code for phrase, code in _phrases().items() if phrase.startswith(typed) or f" {typed}" in phrase]
    codes += [code for phrase, code in _phrases().items() if f" {phrase} " in f" {typed} "]
    if not codes:
        near = process.extract(typed, list(_phrases()), scorer=fuzz.ratio, score_cutoff=_NEARLY, limit=2)
        codes = [_phrases()[phrase] for phrase, _likeness, _at in near]
    return [events()[code] for code in dict.fromkeys(codes)]
