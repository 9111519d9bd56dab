"""What a carrier of notices is to the portal. An adapter never touches the ORM or HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class RefusedError(Exception):
    """The carrier will never deliver this (no such number, no such address): not tried again."""


class UnreachableError(Exception):
    """The carrier did not answer, or not in words we know: tried again."""


@dataclass(frozen=True)
class Letter:
    """One notice to deliver. The same `key` again is the same notice: a carrier delivers it once."""

    key: str
    to: str
    subject: str
    text: str


class Carrier(Protocol):
    """Somebody who delivers letters."""

    @property
    def name(self) -> str:
        """What this adapter is called in the rows it took."""

    def deliver(self, letter: Letter) -> str:
        """Hand the letter over and return the carrier's reference. Raises RefusedError or UnreachableError."""
