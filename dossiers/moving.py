"""What another working calendar means for one open dossier. Reads its events and its rule, writes nothing."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from dossiers.deadlines import Rule, due, facts_of, facts_of_many, rule_for
from dossiers.models import Dossier
from procedures.calendar import HANOI

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.db.models import QuerySet

    from portal.accounts.models import Unit
    from procedures.calendar import CityCalendar, WorkCalendar


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


def moves(
    dossiers: Sequence[Dossier],
    now: Callable[[Unit], WorkCalendar],
    then: Callable[[Unit], WorkCalendar],
) -> Iterator[tuple[Dossier, datetime.datetime, datetime.datetime]]:
    """The dossiers whose limit another calendar moves, with their limits now and then.

    `now` and `then` give the calendar of a unit. One query for all their events, two for each rule among them.
    """
    facts = facts_of_many([dossier.pk for dossier in dossiers])
    rules: dict[tuple[int, int | None, str], Rule | None] = {}
    for dossier in dossiers:
        key = (dossier.version_id, dossier.case_id, dossier.channel)
        if key not in rules:
            rules[key] = rule_for(dossier)
        rule, unit = rules[key], dossier.competent_unit
        if rule is None:
            continue
        before, after = (due(facts[dossier.pk], rule, calendar(unit)).at for calendar in (now, then))
        if before and after and before != after:
            yield dossier, before, after
