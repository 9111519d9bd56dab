"""Satisfaction: which questions are asked on which day, and what the events answer. Pure over what it is given."""

from __future__ import annotations

import datetime
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from dossiers.states import EventKind
from dossiers.workflow import may_be_rated
from procedures.calendar import HANOI
from procedures.form_schema import Name, Strict, Text

if TYPE_CHECKING:
    from dossiers.models import Dossier

FILE = Path(__file__).resolve().parent / "data" / "ratings.json"
BEST = 2


class Criterion(Text):
    """One criterion, 0 to 2 points; a computed one is not asked."""

    key: Name
    computed: bool = False


class RatingRule(Strict):
    """The criteria in force from a day on."""

    code: str
    valid_from: datetime.date
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]

    @property
    def asked(self) -> list[Criterion]:
        """What the person is asked."""
        return [criterion for criterion in self.criteria if not criterion.computed]


class _File(Strict):
    about: str
    rules: tuple[RatingRule, ...]


@functools.cache
def _rules() -> tuple[RatingRule, ...]:
    return _File.model_validate_json(FILE.read_bytes(), strict=False).rules


def rule_on(day: datetime.date) -> RatingRule:
    """The rule in force on `day`; the first one for days before any."""
    known = [rule for rule in _rules() if rule.valid_from <= day]
    return max(known, key=lambda rule: rule.valid_from, default=_rules()[0])


def open_for_rating(dossier: Dossier) -> bool:
    """Whether the person may rate now: the result was returned, or intake was refused; once a dossier."""
    return may_be_rated(dossier.state) and getattr(dossier, "rating", None) is None


def computed(dossier: Dossier, rule: RatingRule) -> dict[str, int]:
    """Points the events give: the time, the contacts, the agencies. Only criteria of the rule."""
    asked = dossier.events.filter(kind=EventKind.SUPPLEMENT_REQUESTED).count()
    found = {
        "total_time": _time_points(dossier),
        "contacts": max(BEST - asked, 0),
        "agencies": BEST if dossier.receiving_unit_id == dossier.competent_unit_id else 1,
    }
    wanted = {criterion.key for criterion in rule.criteria if criterion.computed}
    return {key: points for key, points in found.items() if key in wanted and points is not None}


def _time_points(dossier: Dossier) -> int | None:
    """2 before the promised day, 1 on it, 0 after it; None for a dossier that was never accepted."""
    if dossier.promised_at is None or dossier.finished_at is None:
        return None
    if dossier.finished_at > dossier.promised_at:
        return 0
    return 2 if _day(dossier.finished_at) < _day(dossier.promised_at) else 1


def _day(moment: datetime.datetime) -> datetime.date:
    """The Hanoi day: a result at two in the morning is not of the day before."""
    return moment.astimezone(HANOI).date()
