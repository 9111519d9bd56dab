"""Writing what a dossier is found by at the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dossiers.finding import Lexemes, words_of
from dossiers.models import DossierWords

if TYPE_CHECKING:
    from dossiers.models import Dossier


def index(dossier: Dossier) -> None:
    """Make the dossier findable in its units as it is now; safe any number of times.

    Called by whatever files a dossier, and to be called by whatever changes its units or its people.
    """
    words, units = words_of(dossier), {dossier.receiving_unit_id, dossier.competent_unit_id}
    dossier.words.exclude(unit__in=units).delete()
    for unit in sorted(units):
        DossierWords.objects.update_or_create(
            dossier=dossier, unit_id=unit, defaults={"words": Lexemes(f"{unit}.{word}" for word in words)}
        )
