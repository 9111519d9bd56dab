"""The door to a procedure: the catalogue is public, so everybody may open each that exists."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _

from procedures.models import Procedure


def get_procedure(code: str) -> Procedure:
    """A procedure with its field and department by its exact code; Http404 for any other."""
    found = Procedure.objects.select_related("field", "department").filter(code=code).first()
    if found is None:
        raise Http404(_("Không có thủ tục mang mã này."))
    return found
