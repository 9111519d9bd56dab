"""Bases and facts: by which day and for which unit rows are counted, and what a counted set is."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Count, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dossiers.models import Dossier, Rating
from dossiers.states import State
from payments.models import Payment
from payments.workflow import PaymentState
from procedures.calendar import HANOI

EVERY = Q()
ZERO = Value(0, output_field=BigIntegerField())
_RECEIVING: str | Promise = _(
    "Hồ sơ nộp ở một nơi, giải quyết ở nơi khác: tính cho đơn vị tiếp nhận, không tính cho đơn vị giải quyết."
)
COMPETENT: str | Promise = _(
    "Hồ sơ nộp ở một nơi, giải quyết ở nơi khác: tính cho đơn vị giải quyết, không tính cho đơn vị tiếp nhận."
)
_COLLECTING: str | Promise = _("Tính cho đơn vị thu tiền, dù hồ sơ do đơn vị khác giải quyết.")


def nothing() -> Q:
    """A condition no row meets."""
    return Q(pk__in=[])


def neither(*conditions: Q) -> Q:
    """What meets none of `conditions`; an empty condition is met by every row."""
    found = Q()
    for condition in conditions:
        found &= ~condition if condition else nothing()
    return found


def midnight(day: datetime.date) -> datetime.datetime:
    """The first instant of a Hanoi day."""
    return datetime.datetime.combine(day, datetime.time(), HANOI)


@dataclass(frozen=True)
class Basis:
    """By which day and for which unit rows are counted.

    `moment` and `unit` are fields of `model`; `dossier` is the path from a row to its dossier, with trailing
    underscores. `territory` says where a dossier handed over between units counts. A basis without `moment`
    counts what stands now: it belongs to no day and is never stored.
    """

    code: str
    label: str | Promise
    unit_label: str | Promise
    model: type[Dossier | Payment | Rating]
    moment: str
    unit: str
    dossier: str = ""
    scope: Q = EVERY
    territory: str | Promise = _RECEIVING

    @property
    def is_stock(self) -> bool:
        """Whether it counts what stands now instead of what happened on a day."""
        return not self.moment

    def all_rows(self) -> QuerySet[Any]:
        """Every row of the basis."""
        return self.model.objects.filter(self.scope).order_by()

    def between(self, first: datetime.date, last: datetime.date) -> Q:
        """Rows of the days `first` to `last`, both included."""
        if self.is_stock:
            return Q()
        after = datetime.timedelta(days=1)
        return Q(**{f"{self.moment}__gte": midnight(first), f"{self.moment}__lt": midnight(last + after)})

    def of_units(self, units: Collection[int]) -> Q:
        """Rows counted for these units."""
        return Q(**{f"{self.unit}__in": sorted(units)})


@dataclass(frozen=True)
class Fact:
    """A set of rows of a basis, or with `total` the sum of a column over the set."""

    code: str
    basis: Basis
    title: str | Promise
    where: Q = EVERY
    total: Any = None

    def aggregate(self) -> Any:
        """The expression that counts (or sums) it in a query grouped by day and unit."""
        if self.total is None:
            return Count("pk", filter=self.where)
        return Coalesce(Sum(self.total, filter=self.where, output_field=BigIntegerField()), ZERO)

    def condition(self, first: datetime.date, last: datetime.date) -> Q:  # noqa: ARG002
        """What makes a row of the basis count; some sets of reports depend on the days asked for."""
        return self.where

    def rows(self, first: datetime.date, last: datetime.date, units: Collection[int] | None) -> QuerySet[Any]:
        """The very rows a number counts, for the days `first` to `last`; `units` None means all."""
        rows = self.basis.all_rows().filter(self.basis.between(first, last))
        if units is not None:
            rows = rows.filter(self.basis.of_units(units))
        return rows.filter(self.condition(first, last))


FILED = Basis("filed", _("ngày nộp"), _("đơn vị tiếp nhận"), Dossier, "filed_at", "receiving_unit")
ACCEPTED = Basis(
    "accepted", _("ngày tiếp nhận"), _("đơn vị tiếp nhận"), Dossier, "accepted_at", "receiving_unit"
)
CLOSED = Basis(
    "closed",
    _("ngày kết thúc"),
    _("đơn vị tiếp nhận"),
    Dossier,
    "closed_at",
    "receiving_unit",
    scope=Q(closed_at__isnull=False, finished_at__isnull=True),
)
FINISHED = Basis(
    "finished",
    _("ngày có kết quả"),
    _("đơn vị giải quyết"),
    Dossier,
    "finished_at",
    "competent_unit",
    territory=COMPETENT,
)
# One dossier may be paid twice (a supplementary assessment): "first" counts dossiers, "booked" counts money.
SETTLED = Q(state=PaymentState.SETTLED, is_surplus=False)
EARLIER = Payment.objects.filter(
    Q(settled_at__lt=OuterRef("settled_at")) | Q(settled_at=OuterRef("settled_at"), pk__lt=OuterRef("pk")),
    SETTLED,
    dossier=OuterRef("dossier"),
).order_by()
BOOKED = Basis(
    "booked",
    _("ngày thu tiền"),
    _("đơn vị thu"),
    Payment,
    "settled_at",
    "unit",
    "dossier__",
    SETTLED,
    _COLLECTING,
)
RATED = Basis(
    "rated",
    _("ngày đánh giá"),
    _("đơn vị giải quyết"),
    Rating,
    "at",
    "unit",
    "dossier__",
    territory=COMPETENT,
)
# What stands now is found through the partial indexes of open and of waiting dossiers, hence the scopes.
_OPEN = Q(accepted_at__isnull=False, finished_at__isnull=True, closed_at__isnull=True)
_WAITING = Q(state=State.FILED)
HANDLING_NOW = Basis(
    "handling_now",
    _("hiện tại"),
    _("đơn vị giải quyết"),
    Dossier,
    "",
    "competent_unit",
    scope=_OPEN,
    territory=COMPETENT,
)
INTAKE_NOW = Basis(
    "intake_now", _("hiện tại"), _("đơn vị tiếp nhận"), Dossier, "", "receiving_unit", scope=_WAITING
)

BASES = (FILED, ACCEPTED, CLOSED, FINISHED, BOOKED, RATED)
STOCK_BASES = (HANDLING_NOW, INTAKE_NOW)
