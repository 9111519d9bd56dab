"""Rules about a dossier that are neither a move of the workflow nor a date. Pure over what they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from procedures.form_engine import required_documents

if TYPE_CHECKING:
    from dossiers.models import Dossier
    from procedures.models import RequiredDocument


def askable_papers(dossier: Dossier) -> list[RequiredDocument]:
    """The papers a supplement may name: those of the list that this case and these answers call for.

    Nothing beyond the procedure's list may be demanded (dispatch 111/CĐ-TTg; domain facts 8.2).
    """
    form = dossier.forms.first()
    return required_documents(dossier.version, dossier.case, form.answers if form else {})
