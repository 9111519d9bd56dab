"""Whether an issued document still holds. Apps to the right say so about their own kinds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from portal.templatetags.portal import day_text

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


@judges("result")
def _revoked(document: Document) -> str:
    """A revoked result no longer holds; why it was revoked may be personal and is not said here."""
    revocation = getattr(getattr(document, "result", None), "revocation", None)
    if revocation is None:
        return ""
    return _("Cơ quan ban hành đã thu hồi văn bản này ngày %(day)s.") % {"day": day_text(revocation.at)}


def fault_of(document: Document) -> str:
    """Why the document no longer holds; "" when nothing speaks against it."""
    judge = _judges.get(document.kind)
    return judge(document) if judge else ""
