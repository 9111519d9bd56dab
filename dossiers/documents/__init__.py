"""Contexts of the documents: pure functions from rows to what is printed, as plain JSON.

Everything is text in its final wording: what was printed can be read back from the row years later, whatever
became of names, units and rules since.
"""

from dossiers.documents.base import Paper, common
from dossiers.documents.course import apology, control_sheet, stop
from dossiers.documents.forms import SERIES, FormSet, form_set
from dossiers.documents.intake import acknowledgement, refusal, supplement
from dossiers.documents.results import result
from dossiers.documents.units import UNIT_SERIES

__all__ = [
    "SERIES",
    "UNIT_SERIES",
    "FormSet",
    "Paper",
    "acknowledgement",
    "apology",
    "common",
    "control_sheet",
    "form_set",
    "refusal",
    "result",
    "stop",
    "supplement",
]
