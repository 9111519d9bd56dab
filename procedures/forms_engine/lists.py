"""What can be chosen from: the communes of the city, read once for each form."""

from __future__ import annotations

import functools

from django.utils.translation import get_language

from portal.accounts.models import Unit
from portal.lib import clock
from procedures.form_schema import FieldSpec, Kind

Choices = list[tuple[str, str]]


class Lists:
    """Choices of one form being built or checked; communes cost one query, only when asked for."""

    def __init__(self, communes: list[tuple[str, str, str]] | None = None) -> None:
        if communes is not None:
            self.communes = communes

    @functools.cached_property
    def communes(self) -> list[tuple[str, str, str]]:
        """Official code, Vietnamese and English name of each ward and commune, in Vietnamese order."""
        units = Unit.objects.communes().valid_on(clock.today()).order_by("sort_key")
        # Every page of a filing asks for this list: a row is a tenth of what a whole unit costs to load.
        rows = units.values_list("code", "name", "is_ward", "name_en")
        named = ((code, Unit.commune_name(name, is_ward=is_ward), en) for code, name, is_ward, en in rows)
        return [(code, name, en or name) for code, name, en in named]

    def choices(self, spec: FieldSpec) -> Choices:
        """Code and name in the language of the page."""
        english = (get_language() or "vi").startswith("en")
        items = self.communes if spec.type == Kind.COMMUNE else spec.choices
        return [(code, en if english else vi) for code, vi, en in items]
