"""An officer's own board: what lies with one now, and how one's finished work stands. Nobody else opens it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.accounts.access import can_somewhere, units_with
from portal.accounts.models import Unit, User
from portal.accounts.permissions import Permission
from reporting import boards
from reporting.bases import Basis
from reporting.behind import Narrow
from reporting.boards import Links, Tile
from reporting.counting import Counts
from reporting.facts import FACTS, STOCK
from reporting.measures import MEASURE_BY_CODE
from reporting.periods import Period
from reporting.targets import Targets

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


@dataclass(frozen=True)
class Part:
    """One kind of work: who may have such work, and the figures it is measured by."""

    code: str
    title: str | Promise
    needs: Permission
    measures: tuple[str, ...]
    standing: tuple[str, ...] = ()

    def narrow(self, user: User) -> Narrow:
        """The dossiers of `user`: handled by, or accepted by."""
        return Narrow(officer=user.pk) if self.code == "handled" else Narrow(intake=user.pk)


PARTS = (
    Part(
        "handled",
        _("Hồ sơ tôi thụ lý"),
        Permission.PROCESS,
        ("on-time", "handling", "supplement", "supplement-twice", "e-result"),
        ("overdue-now",),
    ),
    Part(
        "accepted",
        _("Hồ sơ tôi tiếp nhận"),
        Permission.RECEIVE,
        ("intake-8h", "online", "online-assisted", "paid-online-766"),
    ),
)
PART_BY_CODE = {part.code: part for part in PARTS}


def parts_of(user: User | AnonymousUser) -> list[Part]:
    """The kinds of work `user` may have; PermissionDenied without any."""
    found = [part for part in PARTS if can_somewhere(user, part.needs)]
    if not found:
        raise PermissionDenied("own figures denied")
    return found


def units_of(user: User | AnonymousUser) -> list[Unit]:
    """The units whose dossiers `user` may see: work done in a unit one has left is no longer shown."""
    return list(units_with(user, Permission.SEE_DOSSIERS).order_by("sort_key", "pk"))


@dataclass(frozen=True)
class OwnLinks(Links):
    """Addresses of the lists of one's own dossiers."""

    part: str = ""

    @property
    def page(self) -> str:
        """The list of one's own."""
        return f"{reverse('reporting:own-list')}?{urlencode({'of': self.part})}&"

    def earlier(self) -> Links:
        """The same for the last comparable period."""
        return OwnLinks(self.period.before(), self.part)


@dataclass(frozen=True)
class Shown:
    """One kind of work with its figures."""

    part: Part
    tiles: list[Tile]
    standing: list[boards.Standing]


def shown(user: User, parts: Collection[Part], period: Period) -> list[Shown]:
    """The figures of one's own work, two statements a basis and kind of work."""
    units = units_of(user)
    targets, keys = Targets.on(period.last), [unit.pk for unit in units]
    one = units[0] if len(units) == 1 else None
    found = []
    for part in parts:
        now, then = counts(user, part, period, keys), counts(user, part, period.before(), keys)
        links = OwnLinks(period, part.code)
        tiles = [
            boards.tile(
                MEASURE_BY_CODE[code],
                now,
                targets.of(code, one.pk if one else None, one.kind if one else ""),
                links,
                then,
            )
            for code in part.measures
        ]
        found.append(Shown(part, tiles, boards.standing(now, links, "", part.standing)))
    return found


def counts(user: User, part: Part, period: Period, units: Collection[int]) -> Counts:
    """The facts of one's own work, from the rows: an officer has hundreds of dossiers, not millions."""
    wanted: dict[Basis, set[str]] = {}
    for code in (*part.measures, *part.standing):
        measure = MEASURE_BY_CODE[code]
        wanted.setdefault(measure.basis, set()).add(measure.numerator.code)
        wanted[measure.basis].add(measure.denominator.code)
    total: Counts = {}
    for basis, codes in wanted.items():
        rows = basis.all_rows().filter(
            basis.between(period.first, period.last),
            basis.of_units(units),
            part.narrow(user).condition(basis.dossier),
        )
        asked = {fact.code: fact.aggregate() for fact in (*FACTS, *STOCK) if fact.code in codes}
        total |= {code: int(number or 0) for code, number in cast(Counts, rows.aggregate(**asked)).items()}
    return total
