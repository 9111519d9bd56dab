"""What the desk keeps of its own: the words a dossier is found by, and an officer's saved filters."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from dossiers.models.dossiers import Dossier
from portal.accounts.models import Unit, User


class DossierWords(models.Model):
    """What a dossier is found by in one of its units, folded; written by `actions.searching` only.

    One row for each unit that sees it, as every word carries the unit's key ("12.nguyen"): a search reads the
    words of the reader's own units and nothing else, however many dossiers the city has. Holds names and numbers
    of people, so it is read only behind SEE_PERSONAL_DATA.
    """

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="words", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    words = SearchVectorField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "unit"], name="dossier_words_once")]
        indexes = [
            # Without the pending list: a search must not read through it, and filings are few a second.
            GinIndex(fields=["words"], name="dossier_words_found", fastupdate=False),
            models.Index(fields=["unit", "-dossier"], name="dossier_words_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} in {self.unit_id}"


class SavedFilter(models.Model):
    """An officer's filter of the inbox under a name: the query of its address, never what was searched for."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_filters", db_index=False)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_filter_once"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_filter_named"),
        ]

    def __str__(self) -> str:
        return self.name
