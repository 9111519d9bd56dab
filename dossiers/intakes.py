"""How long an intake takes: means of the measured facts, for the officer himself and for his head."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import TruncWeek

from dossiers.models import CounterIntake, IntakeOutcome
from portal.accounts.access import units_with
from portal.accounts.permissions import Permission
from portal.lib import clock
from procedures.calendar import HANOI

if TYPE_CHECKING:
    from portal.accounts.models import User

TARGET = datetime.timedelta(minutes=2)
WEEKS = 8
TOOK = ExpressionWrapper(F("ended_at") - F("started_at"), output_field=DurationField())
MEASURED = Q(started_at__isnull=False)
NUMBERS = {
    "number": Count("pk"),
    "measured": Count("pk", filter=MEASURED),
    "mean": Avg(TOOK, filter=MEASURED),
}


@dataclass(frozen=True)
class Took:
    """A line of intakes: how many, of how many the time is known, their mean (None: no data)."""

    label: Any
    number: int
    measured: int
    mean: datetime.timedelta | None

    @property
    def quick(self) -> bool | None:
        """Whether the mean keeps the target; None without data."""
        return None if self.mean is None else self.mean <= TARGET

    @property
    def share(self) -> float:
        """The mean as a share of twice the target, for a bar: 0.5 is the target."""
        return min(self.mean / (2 * TARGET), 1.0) if self.mean else 0.0


def own_today(user: User) -> Took:
    """The officer's own intakes of today."""
    return _line("", _own(user).filter(ended_at__gte=_midnight(clock.today())))


def own_week(user: User) -> Took:
    """… since Monday."""
    today = clock.today()
    return _line("", _own(user).filter(ended_at__gte=_midnight(today - datetime.timedelta(today.weekday()))))


def own_weeks(user: User) -> list[Took]:
    """… by week, the latest first; weeks without an intake are left out."""
    since = _midnight(clock.today() - datetime.timedelta(weeks=WEEKS))
    rows = (
        _own(user)
        .filter(ended_at__gte=since)
        .annotate(week=TruncWeek("ended_at", tzinfo=HANOI))
        .values("week")
        .order_by("-week")
        .annotate(**NUMBERS)
    )
    return _lines(rows, "week")


def own_procedures(user: User) -> list[Took]:
    """… of these weeks by procedure, the most frequent first."""
    since = _midnight(clock.today() - datetime.timedelta(weeks=WEEKS))
    return _by(_own(user).filter(ended_at__gte=since), "procedure__title")


def units_of_head(user: User) -> list[Took]:
    """The last four weeks of the units whose figures and counter he is in charge of; no officer is named."""
    units = units_with(user, Permission.SEE_FIGURES) & units_with(user, Permission.RECEIVE)
    since = _midnight(clock.today() - datetime.timedelta(weeks=4))
    found = CounterIntake.objects.filter(unit__in=units, ended_at__gte=since)
    return _by(found.filter(outcome=IntakeOutcome.ACCEPTED), "unit__name")


def _own(user: User) -> QuerySet[CounterIntake]:
    return CounterIntake.objects.filter(officer=user, outcome=IntakeOutcome.ACCEPTED)


def _by(found: QuerySet[CounterIntake], column: str) -> list[Took]:
    rows = found.order_by().values(column).annotate(**NUMBERS).order_by("-number", column)[:30]
    return _lines(rows, column)


def _lines(rows: Iterable[Mapping[str, Any]], label: str) -> list[Took]:
    return [Took(row[label], row["number"], row["measured"], row["mean"]) for row in rows]


def _line(label: str, found: QuerySet[CounterIntake]) -> Took:
    return Took(label, **found.aggregate(**NUMBERS))


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time.min, tzinfo=HANOI)
