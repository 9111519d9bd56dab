"""What another working calendar means for one open dossier. Reads its events and its rule, writes nothing."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from dossiers.deadlines import due, facts_of, rule_for
from dossiers.models import Dossier
from procedures.calendar import HANOI

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from procedures.calendar import CityCalendar


def may_move(first: datetime.date) -> QuerySet[Dossier]:
    """Accepted, open dossiers whose limit is not over when `first` begins: that day or a later one moves no others."""
    start = datetime.datetime.combine(first, datetime.time(), tzinfo=HANOI)
    runs = Dossier.objects.filter(due_at__gte=start, closed_at=None, finished_at=None)
    return runs.select_related("version", "competent_unit")


def limit_by(dossier: Dossier, city: CityCalendar) -> datetime.datetime | None:
    """The limit of an accepted dossier under this calendar; None when the catalogue gives no usable time."""
    rule = rule_for(dossier)
    if rule is None:
        return None
    return due(facts_of(dossier), rule, city.of(dossier.competent_unit.office_hours)).at
