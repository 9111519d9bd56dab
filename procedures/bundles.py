"""Linked services as data: one filing, several procedures, shared answers given once (NĐ 63/2024/NĐ-CP).

`data/bundles.json` holds them. A part with a `procedure` becomes a dossier here; one with a `system` is handed
over to somebody else's system and followed by hand. `answers` says how a part's questions are answered from
those of the first part, which is asked in full.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from procedures.form_schema import Code, Name, Strict, Text

FILE = Path(__file__).resolve().parent / "data" / "bundles.json"


class Source(Strict):
    """Where an answer comes from: copied, fixed, or a text with `{name}` for answers as they are read back."""

    from_: Annotated[str, Field(alias="from")] = ""
    value: str = ""
    text: str = ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(map(bool, (self.from_, self.value, self.text))) != 1:
            raise ValueError("exactly one of from, value, text")
        return self


class Part(Strict):
    """One member of a bundle."""

    key: Code
    title: Text
    handler: Text
    procedure: str = ""
    system: Text | None = None
    optional: bool = False
    days: int = 0
    after: str = ""
    answers: dict[Name, Source] = {}

    @model_validator(mode="after")
    def _here_or_elsewhere(self) -> Self:
        if bool(self.procedure) == bool(self.system):
            raise ValueError("either a procedure here or a system elsewhere")
        if self.system and not (self.days and self.after):
            raise ValueError("a part elsewhere names the part it waits for and its working days")
        return self


class Bundle(Strict):
    """A linked service; the first part is asked in full."""

    code: Code
    national: str
    title: Text
    about: Text
    legal_basis: str
    parts: Annotated[tuple[Part, ...], Field(min_length=2)]

    @property
    def main(self) -> Part:
        """The part whose form is asked in full."""
        return self.parts[0]

    def part(self, key: str) -> Part:
        """The part named `key`; KeyError when there is none."""
        return {part.key: part for part in self.parts}[key]

    def chosen(self, keys: set[str]) -> Iterator[Part]:
        """The parts that are always made, and the optional ones among `keys`."""
        return (part for part in self.parts if not part.optional or part.key in keys)


class _File(Strict):
    about: str
    bundles: tuple[Bundle, ...]


@functools.cache
def bundles() -> dict[str, Bundle]:
    """All linked services by code, in the order of the file."""
    found = _File.model_validate_json(FILE.read_bytes(), strict=False).bundles
    return {bundle.code: bundle for bundle in found}


def bundles_of(procedure: str) -> list[Bundle]:
    """Linked services that begin with the procedure of this code."""
    return [bundle for bundle in bundles().values() if bundle.main.procedure == procedure]
