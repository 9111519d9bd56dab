"""The screens of early warning: what is open where, how a warning went, what its list holds at this moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from portal.accounts.access import can_somewhere, posts_of, units_with
from portal.accounts.permissions import Permission, Role
from portal.lib import clock
from reporting.access import Scope
from reporting.models import DigestChoice, EarlyWarning, Level, WarningKind, WarningRule, WarningState
from reporting.watch.looking import Look
from reporting.watch.words import ACTIONS, source, title, when

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.accounts.models import User

KEPT = 60  # seconds the number beside the navigation may be old
RANK = {Level.HEAD: 0, Level.LEADER: 1, Level.CITY: 2}


@dataclass(frozen=True)
class Shown:
    """One warning ready to show; `number` is what its list holds now."""

    warning: EarlyWarning
    title: str
    when: str
    action: str
    source: str
    number: int

    @property
    def tone(self) -> str:
        """good, warn or bad, for its badge."""
        if self.warning.state == WarningState.SETTLED:
            return "good"
        return "warn" if self.warning.state == WarningState.ACKNOWLEDGED else "bad"


def get_warning(scope: Scope, pk: int) -> EarlyWarning:
    """A warning about a unit of the scope; Http404 for any other."""
    rows = EarlyWarning.objects.select_related("rule", "unit", "answered_by", "settled_by")
    found = rows.filter(pk=pk, unit__in=scope.keys).first()
    if found is None:
        raise Http404(_("Không có cảnh báo này."))
    return found


def open_in(units: Collection[int]) -> list[EarlyWarning]:
    """The open warnings about these units, the highest level first, then the longest open."""
    rows = EarlyWarning.objects.filter(settled_at=None, unit__in=units).select_related(
        "rule", "unit", "answered_by"
    )
    return sorted(rows.order_by("opened_at", "pk"), key=lambda row: -RANK[Level(row.level)])


def settled_in(units: Collection[int], most: int = 20) -> list[EarlyWarning]:
    """The warnings settled last."""
    rows = EarlyWarning.objects.filter(settled_at__isnull=False, unit__in=units)
    return list(rows.select_related("rule", "unit", "settled_by").order_by("-settled_at", "-pk")[:most])


def shown(warnings: Collection[EarlyWarning], units: Collection[int] | None) -> list[Shown]:
    """Warnings with what their lists hold now: one statement a rule, whatever the number of units."""
    look = Look(clock.now(), units)
    numbers = {rule.pk: look.numbers(rule) for rule in {row.rule_id: row.rule for row in warnings}.values()}
    return [_shown(row, numbers[row.rule_id].get(row.unit_id, 0)) for row in warnings]


def _shown(row: EarlyWarning, number: int) -> Shown:
    return Shown(
        row,
        title(row.rule),
        when(row.rule),
        str(ACTIONS[WarningKind(row.rule.kind)]),
        source(row.rule),
        number,
    )


def rules() -> list[tuple[WarningRule, str, str, str]]:
    """The rules in force with their words."""
    return [(rule, title(rule), when(rule), source(rule)) for rule in WarningRule.objects.on(clock.today())]


def level_of(user: User | AnonymousUser) -> Level:
    """The level a person answers at: the lowest of his posts that sees figures."""
    roles = {post.role for post in posts_of(user)}
    if Role.HEAD in roles:
        return Level.HEAD
    return Level.LEADER if Role.LEADER in roles else Level.CITY


def for_person(user: User | AnonymousUser) -> Q:
    """The open warnings a person has to answer for: those of his units that have come up to his level."""
    levels = [level for level, rank in RANK.items() if rank >= RANK[level_of(user)]]
    return Q(
        settled_at=None, level__in=levels, unit__in=units_with(user, Permission.SEE_FIGURES).values("pk")
    )


def count_for(user: User | AnonymousUser) -> int:
    """How many stand beside the navigation; kept for a minute, so a page costs no query for it."""
    if not can_somewhere(user, Permission.SEE_FIGURES):
        return 0
    key = f"warnings:{user.pk}"
    number: int | None = cache.get(key)
    if number is None:
        number = EarlyWarning.objects.filter(for_person(user)).count()
        cache.set(key, number, KEPT)
    return number


def wants_digest(user: User) -> bool:
    """Whether a person wants the daily e-mail."""
    choice = DigestChoice.objects.filter(user=user).first()
    return choice is None or choice.wanted
