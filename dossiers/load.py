"""How much work each specialist of a unit has open, and who should get the next dossier. Pure but for one query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from dossiers.models import Dossier
from dossiers.states import State
from portal.accounts.access import officers_with
from portal.accounts.permissions import Permission
from procedures.models import ProcessStep, StepKind

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal.accounts.models import User

# A procedure whose process names no time for the appraisal counts a half working day.
USUAL_MINUTES = 240


@dataclass(frozen=True)
class Load:
    """A specialist's open work: planned working minutes of appraisal, and dossiers."""

    user: User
    minutes: int
    dossiers: int


def loads(unit_id: int, absent: Iterable[int] = (), *, without: int | None = None) -> list[Load]:
    """Every specialist at his post in the unit today, least work first; two queries.

    Dossiers that wait for the citizen are not open work, nor is `without`, the dossier about to be given: where
    it lies now must not speak against leaving it there. Equal loads go by number of dossiers, then by key, so that
    the same state of the desk always gives the same answer.
    """
    steps = ProcessStep.objects.filter(version=OuterRef("version"), kind=StepKind.APPRAISE).order_by("order")
    minutes = Coalesce(Subquery(steps.values("minutes")[:1]), USUAL_MINUTES)
    open_ones = Q(state=State.PROCESSING, competent_unit=unit_id, closed_at=None, assignee__isnull=False)
    if without is not None:
        open_ones &= ~Q(pk=without)
    rows = (
        Dossier.objects.filter(open_ones)
        .annotate(planned=minutes)
        .values("assignee")
        .annotate(minutes=Sum("planned"), dossiers=Count("pk"))
        .order_by()
    )
    busy = {row["assignee"]: (row["minutes"], row["dossiers"]) for row in rows}
    away = set(absent)
    officers = [user for user in officers_with(Permission.PROCESS, unit_id) if user.pk not in away]
    found = [Load(user, *busy.get(user.pk, (0, 0))) for user in officers]
    return sorted(found, key=lambda load: (load.minutes, load.dossiers, load.user.pk))


def planned_minutes(dossier: Dossier) -> int:
    """What one dossier counts."""
    steps = ProcessStep.objects.filter(version=dossier.version_id, kind=StepKind.APPRAISE).order_by("order")
    found = steps.values_list("minutes", flat=True).first()
    return USUAL_MINUTES if found is None else found


def why(chosen: Load, others: list[Load]) -> str:
    """The sentence that explains a choice by load, naming the next best."""
    said = _("%(name)s có ít việc nhất: %(minutes)s phút, %(dossiers)s hồ sơ đang thụ lý") % _facts(chosen)
    rest = [load for load in others if load.user.pk != chosen.user.pk]
    if not rest:
        return said + _("; không còn ai khác.")
    after = _("; sau đó là %(name)s: %(minutes)s phút, %(dossiers)s hồ sơ.") % _facts(rest[0])
    return said + after


def _facts(load: Load) -> dict[str, object]:
    return {"name": load.user.full_name, "minutes": load.minutes, "dossiers": load.dossiers}


def holders(units: list[int]) -> QuerySet[User]:
    """Whoever has an open dossier assigned in one of these units, at his post or gone from it."""
    from portal.accounts.models import User

    held = Dossier.objects.filter(competent_unit__in=units, closed_at=None, assignee__isnull=False)
    return User.objects.filter(pk__in=held.values("assignee")).order_by("full_name", "pk")
