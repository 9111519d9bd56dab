"""Whose figures a person may see, and about which units a list may be opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from portal.accounts.access import can, can_somewhere, units_with
from portal.accounts.models import Unit, UnitKind, User
from portal.accounts.permissions import Permission
from reporting.models import Export, Level, Report, ReportSchedule
from reporting.periods import Period

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from reporting.models import EarlyWarning

    AnyUser = User | AnonymousUser


@dataclass(frozen=True)
class Scope:
    """The units whose figures a person may see, as a tree."""

    units: tuple[Unit, ...]

    @cached_property
    def by_code(self) -> dict[str, Unit]:
        """Units by their code."""
        return {unit.code: unit for unit in self.units}

    @cached_property
    def keys(self) -> frozenset[int]:
        """Keys of every unit."""
        return frozenset(unit.pk for unit in self.units)

    @cached_property
    def _children(self) -> dict[int, list[Unit]]:
        found: dict[int, list[Unit]] = {}
        for unit in self.units:
            if unit.parent_id is not None:
                found.setdefault(unit.parent_id, []).append(unit)
        return found

    @property
    def root(self) -> Unit:
        """The highest unit: the city for its monitors."""
        return next((unit for unit in self.units if unit.parent_id not in self.keys), self.units[0])

    @property
    def code(self) -> str:
        """How an address names the whole scope: its root, or nothing when it has several."""
        return self.root.code if self.below(self.root) == self.keys else ""

    @property
    def is_city(self) -> bool:
        """Whether the whole city is in it."""
        return any(unit.kind == UnitKind.CITY for unit in self.units)

    def below(self, unit: Unit) -> frozenset[int]:
        """Keys of `unit` and of everything under it."""
        found = {unit.pk}
        for child in self._children.get(unit.pk, []):
            found |= self.below(child)
        return frozenset(found)

    def select(self, code: str, kinds: Iterable[str], period: Period) -> frozenset[int]:
        """Keys of the unit `code` with everything under it (empty: the scope), of these kinds (none: of all).

        Http404 for a unit outside the scope.
        """
        keys = self.below(get_unit(self, code)) if code else self.keys
        wanted = set(kinds)
        if not wanted:
            return keys
        return keys & {unit.pk for unit in self.of_kind(wanted, period)}

    def of_kind(self, kinds: Iterable[str], period: Period) -> list[Unit]:
        """Units of these kinds that existed on some day of `period`."""
        wanted = set(kinds)
        return [unit for unit in self.units if unit.kind in wanted and existed(unit, period)]


def existed(unit: Unit, period: Period) -> bool:
    """Whether `unit` existed on some day of `period`."""
    return unit.valid_from <= period.last and (unit.valid_to is None or unit.valid_to > period.first)


def existed_throughout(unit: Unit, period: Period) -> bool:
    """Whether the unit was there on every day of the period."""
    return unit.valid_from <= period.first and (unit.valid_to is None or unit.valid_to > period.last)


def scope_of(user: AnyUser) -> Scope:
    """The units whose figures `user` may see (one query for a city-wide post). PermissionDenied without any."""
    if not can_somewhere(user, Permission.SEE_FIGURES):
        raise PermissionDenied("see_figures denied")
    units = tuple(units_with(user, Permission.SEE_FIGURES).order_by("sort_key", "pk"))
    if not units:
        raise PermissionDenied("see_figures denied")
    return Scope(units)


def get_unit(scope: Scope, code: str) -> Unit:
    """A unit of the scope by code; Http404 for any other, existing or not."""
    unit = scope.by_code.get(code)
    if unit is None:
        raise Http404(_("Không tìm thấy đơn vị này."))
    return unit


def sees_people(user: AnyUser, units: Iterable[int]) -> bool:
    """Whether `user` may see the names of the people in dossiers of all these units."""
    if not can_somewhere(user, Permission.SEE_PERSONAL_DATA):
        return False
    allowed = set(units_with(user, Permission.SEE_PERSONAL_DATA).values_list("pk", flat=True))
    return set(units) <= allowed


def check_set_targets(user: AnyUser) -> None:
    """Targets are set by those who watch the whole city's figures, or run the system; PermissionDenied else."""
    if not can_set_targets(user):
        raise PermissionDenied("set targets denied")


def can_set_targets(user: AnyUser) -> bool:
    """Whether `user` may propose, confirm and reject targets: two different persons are needed."""
    city = Unit.objects.filter(kind=UnitKind.CITY).order_by("pk").first()
    return can(user, Permission.SEE_FIGURES, city) or can(user, Permission.RUN_SYSTEM, city)


def check_see_targets(user: AnyUser) -> None:
    """Whoever sees figures somewhere, or may set targets, sees them all; PermissionDenied else."""
    if not (can_somewhere(user, Permission.SEE_FIGURES) or can_set_targets(user)):
        raise PermissionDenied("see targets denied")


def every_unit() -> list[Unit]:
    """Every unit in order, for pages that need no person: a wall display shows only what is under its own unit."""
    return list(Unit.objects.order_by("sort_key", "pk"))


def check_settle_warning(user: AnyUser, warning: EarlyWarning) -> None:
    """Who leads the unit settles; a monitor only what has come up to the city. PermissionDenied else."""
    if not can_settle_warning(user, warning):
        raise PermissionDenied("settle warning denied")


def can_settle_warning(user: AnyUser, warning: EarlyWarning) -> bool:
    """Whether `user` may settle a warning by hand."""
    if can(user, Permission.ASSIGN, warning.unit):
        return True
    return warning.level == Level.CITY and can(user, Permission.SEE_FIGURES, warning.unit)


def sees_alone(scope: Scope, unit: Unit) -> bool:
    """Whether the reader sees `unit` but not everything under it: a report of it then counts the unit alone."""
    return Unit.objects.filter(parent=unit).exclude(pk__in=scope.keys).exists()


def _covered(user: AnyUser) -> Q:
    """Rows with `unit` and `alone` whose units `user` sees all of."""
    scope = scope_of(user)
    unseen = Unit.objects.filter(parent=OuterRef("unit")).exclude(pk__in=scope.keys).order_by()
    return Q(Q(alone=True) | Q(~Exists(unseen)), unit__in=scope.keys)


def reports_visible_to(user: AnyUser) -> QuerySet[Report]:
    """Reports about units whose figures `user` sees, newest first; PermissionDenied for who sees none."""
    rows = Report.objects.filter(_covered(user)).select_related("unit", "asked_by", "schedule")
    return rows.prefetch_related("files").order_by("-asked_at", "-id")


def get_report(user: AnyUser, pk: int) -> Report:
    """A report one may see; Http404 for any other."""
    report = reports_visible_to(user).filter(pk=pk).first()
    if report is None:
        raise Http404(_("Không tìm thấy báo cáo này."))
    return report


def schedules_visible_to(user: AnyUser) -> QuerySet[ReportSchedule]:
    """Schedules that run, about units whose figures `user` sees."""
    rows = ReportSchedule.objects.filter(_covered(user), ended_at=None)
    return rows.select_related("unit", "created_by").order_by("unit__sort_key", "kind", "pk")


def get_schedule(user: AnyUser, pk: int) -> ReportSchedule:
    """A running or ended schedule one may see; Http404 for any other."""
    schedule = ReportSchedule.objects.filter(_covered(user), pk=pk).select_related("unit").first()
    if schedule is None:
        raise Http404(_("Không tìm thấy lịch báo cáo này."))
    return schedule


def exports_of(user: AnyUser) -> QuerySet[Export]:
    """The files somebody asked for, newest first."""
    return Export.objects.filter(owner=user.pk).order_by("-asked_at", "-id")


def get_export(user: AnyUser, pk: int) -> Export:
    """One's own file; Http404 for anybody else's."""
    export = exports_of(user).filter(pk=pk).first()
    if export is None:
        raise Http404(_("Không tìm thấy tệp này trong hộp tải xuống của bạn."))
    return export
