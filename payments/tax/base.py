"""What the tax authority is to the portal. An adapter never touches the ORM or HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class TaxError(Exception):
    """The authority's service did not answer, or not in words we know: tried again."""


@dataclass(frozen=True)
class TaxAnswer:
    """What the authority said: taken under its own reference `code`, or refused with a reason in `code`."""

    taken: bool
    code: str


class TaxAuthority(Protocol):
    """A service that takes signed summaries. Sending the same `key` again must be answered as the first time."""

    def send(self, key: str, data: bytes) -> TaxAnswer:
        """Hand in one signed XML summary. Raises TaxError when it is not known whether it arrived."""
