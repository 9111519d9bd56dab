"""Procedures another system receives: where to file them and what comes first. Nothing of them is handled here."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from procedures.form_schema import Strict, Text
from procedures.models import Procedure

PATH = Path(__file__).parent / "data" / "handover.json"


class Online(Strict):
    """The one place where such procedures are filed online."""

    url: Annotated[str, Field(pattern=r"^https://[a-z0-9.-]+$")]
    name: Text


class Note(Strict):
    """What to have ready, and codes of procedures of the commune that may come before."""

    ready: list[Text] = []
    before: list[str] = []


class HandoverFile(Strict):
    """`data/handover.json`: vertical system -> where it receives; procedure -> note."""

    about: str
    source: str
    online: Online
    systems: dict[str, Text]
    procedures: dict[str, Note]


@dataclass(frozen=True)
class Handover:
    """What the page of such a procedure says. `before`: those that can be filed here."""

    where: str
    url: str
    portal: str
    ready: tuple[str, ...]
    before: tuple[Procedure, ...]


@functools.cache
def load() -> HandoverFile:
    """The file, checked. Raises pydantic's ValidationError."""
    content: Any = json.loads(PATH.read_text(encoding="utf-8"))
    return HandoverFile.model_validate(content)


def of(procedure: Procedure, *, online: bool) -> Handover | None:
    """Where `procedure` is handed over to, in the language of the page; None when it is received here.

    `online`: the source knows an online channel, otherwise no address is offered.
    """
    if not procedure.vertical_system:
        return None
    file = load()
    note = file.procedures.get(procedure.code, Note())
    known = {row.code: row for row in Procedure.objects.filter(code__in=note.before, is_active=True)}
    where = file.systems.get(procedure.vertical_system)
    return Handover(
        where=str(where or ""),
        url=file.online.url if online else "",
        portal=str(file.online.name),
        ready=tuple(map(str, note.ready)),
        before=tuple(known[code] for code in note.before if code in known),
    )
