"""Whether an issued document still holds. Apps to the right say so about their own kinds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dossiers.models import Document

Judge = Callable[["Document"], str]
_judges: dict[str, Judge] = {}


def judges(kind: str) -> Callable[[Judge], Judge]:
    """Register the decorated function for a kind: it gets the document and says why it no longer holds.

    The answer is a sentence in the reader's language without personal data, or "" while it holds.
    """

    def register(judge: Judge) -> Judge:
        _judges[kind] = judge
        return judge

    return register


def fault_of(document: Document) -> str:
    """Why the document no longer holds; "" when nothing speaks against it."""
    judge = _judges.get(document.kind)
    return judge(document) if judge else ""
