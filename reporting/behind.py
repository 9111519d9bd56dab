"""The list behind a number: the very rows the number counts."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dossiers.models import DossierEvent
from dossiers.states import EventKind, State
from portal.accounts.models import Unit
from procedures.models import Channel, OnlineLevel
from reporting.bases import Fact
from reporting.measures import Measure
from reporting.periods import Period

COLUMNS = {
    "code": "code",
    "state": "state",
    "channel": "channel",
    "level": "online_level",
    "assisted": "assisted",
    "filed_at": "filed_at",
    "accepted_at": "accepted_at",
    "due_at": "due_at",
    "finished_at": "finished_at",
    "owner": "owner_name",
    "procedure_code": "procedure__code",
    "procedure_short": "procedure__short_title",
    "procedure_title": "procedure__title",
    "receiving": "receiving_unit_id",
    "competent": "competent_unit_id",
}


ASSISTED: dict[str, str | Promise] = {
    "0": gettext_lazy("Người nộp tự khai"),
    "1": gettext_lazy("Có người nhập giúp"),
}


@dataclass(frozen=True)
class Narrow:
    """What a list is narrowed to: procedure (its code), channel, hours of filing ("8-11"), typed by whom, an officer.

    `assisted`: "1" typed for somebody, "0" by the person. `officer` handles the dossier, `intake` accepted it.
    """

    procedure: str = ""
    channel: str = ""
    hours: str = ""
    assisted: str = ""
    officer: int | None = None
    intake: int | None = None

    def condition(self, path: str) -> Q:
        """The condition over rows whose dossier is at `path` (with trailing underscores)."""
        wanted = {"procedure__code": self.procedure, "channel": self.channel, "assignee": self.officer}
        found = Q(**{f"{path}{name}": value for name, value in wanted.items() if value})
        if self.assisted:
            found &= Q(**{f"{path}assisted": self.assisted == "1"})
        if self.hours:
            first, _to, last = self.hours.partition("-")
            found &= Q(**{f"{path}filed_at__hour__gte": int(first), f"{path}filed_at__hour__lte": int(last)})
        if self.intake is not None:
            events = DossierEvent.objects.filter(actor=self.intake, kind=EventKind.ACCEPTED).order_by()
            found &= Q(**{f"{path}pk__in": events.values("dossier")})
        return found


EVERYTHING = Narrow()


def words(narrow: Narrow) -> list[str]:
    """What a list is narrowed to, for its heading."""
    found = []
    if narrow.procedure:
        found.append(narrow.procedure)
    if narrow.channel:
        found.append(str(Channel(narrow.channel).label))
    if narrow.hours:
        first, _to, last = narrow.hours.partition("-")
        found.append(hours_text(int(first), int(last)))
    if narrow.assisted:
        found.append(str(ASSISTED[narrow.assisted]))
    return found


def hours_text(first: int, last: int) -> str:
    """Whole hours of the day, both counted."""
    return _("từ %(first)s giờ đến trước %(last)s giờ") % {"first": first, "last": last + 1}


@dataclass(frozen=True)
class Request:
    """A list for the days of `period` and some units; `field` narrows it to one field.

    Either of one half of `measure` (`part` is numerator, denominator, or rest: what the denominator counts and
    the numerator does not), or of one set by itself (`only`).
    """

    measure: Measure | None
    part: str
    period: Period
    units: Collection[int]
    field: str = ""
    only: Fact | None = None
    narrow: Narrow = EVERYTHING

    @property
    def fact(self) -> Fact:
        """The fact whose rows they are (for the rest, those of the denominator are narrowed down)."""
        if self.only is not None or self.measure is None:
            return cast(Fact, self.only)
        return self.measure.numerator if self.part == "numerator" else self.measure.denominator

    @property
    def title(self) -> str:
        """What is listed, in words."""
        return str(self.fact.title if self.measure is None else self.measure.title)

    @property
    def name(self) -> str:
        """What is listed, as part of a file's name."""
        if self.measure is None:
            return self.fact.code
        return f"{self.measure.code}-v{self.measure.version}-{self.part}"

    def rows(self) -> QuerySet[Any]:
        """The rows, oldest first."""
        rows = self._of(self.fact)
        if self.measure is not None and self.part == "rest":
            rows = rows.exclude(pk__in=self._of(self.measure.numerator).order_by().values("pk"))
        return rows

    def _of(self, fact: Fact) -> QuerySet[Any]:
        rows = fact.rows(self.period.first, self.period.last, self.units)
        if self.field:
            rows = rows.filter(**{f"{fact.basis.dossier}procedure__field__code": self.field})
        rows = rows.filter(self.narrow.condition(fact.basis.dossier))
        return rows.order_by(fact.basis.moment or f"{fact.basis.dossier}filed_at", "pk")

    def lines(self) -> QuerySet[Any]:
        """The rows as dictionaries with the columns of a list, their day, their worth and whether they hit."""
        basis, total = self.fact.basis, self.fact.total
        columns = {f"c_{name}": F(f"{basis.dossier}{path}") for name, path in COLUMNS.items()}
        rows = self.rows().annotate(
            c_moment=F(basis.moment or f"{basis.dossier}filed_at"),
            c_worth=total if total is not None else Value(1, IntegerField()),
            c_hit=Value(1, IntegerField()) if self.measure is None else _hit(self.measure.numerator),
            **columns,
        )
        return rows.values("c_moment", "c_worth", "c_hit", *columns)


def _hit(fact: Fact) -> Any:
    if not fact.where:
        return Value(1, IntegerField())
    return Case(When(fact.where, then=1), default=0, output_field=IntegerField())


@dataclass(frozen=True)
class Line:
    """One line of a list, ready to show. `owner` is empty unless the reader may see names."""

    code: str
    procedure_code: str
    procedure: str
    receiving: str
    competent: str
    channel: str
    level: str
    assisted: bool
    filed_at: datetime.datetime
    accepted_at: datetime.datetime | None
    due_at: datetime.datetime | None
    finished_at: datetime.datetime | None
    moment: datetime.datetime
    state: str
    worth: int
    hit: bool
    owner: str


def shown(rows: Any, units: dict[int, str], *, people: bool) -> Iterator[Line]:
    """Lines of dictionaries made by `Request.lines`; `units` gives names by key."""
    for row in rows:
        yield Line(
            code=row["c_code"],
            procedure_code=row["c_procedure_code"],
            procedure=row["c_procedure_short"] or row["c_procedure_title"],
            receiving=units.get(row["c_receiving"], "–"),
            competent=units.get(row["c_competent"], "–"),
            channel=str(Channel(row["c_channel"]).label),
            level=str(OnlineLevel(row["c_level"]).label),
            assisted=row["c_assisted"],
            filed_at=row["c_filed_at"],
            accepted_at=row["c_accepted_at"],
            due_at=row["c_due_at"],
            finished_at=row["c_finished_at"],
            moment=row["c_moment"],
            state=str(State(row["c_state"]).label),
            worth=int(row["c_worth"] or 0),
            hit=bool(row["c_hit"]),
            owner=row["c_owner"] if people else "",
        )


def unit_names() -> dict[int, str]:
    """The full name of every unit by key (one query)."""
    return {
        unit.pk: unit.full_name for unit in Unit.objects.only("pk", "kind", "is_ward", "name").order_by("pk")
    }


def by_field(measure: Measure, period: Period, units: Collection[int]) -> list[tuple[str, str, int, int]]:
    """(field code, name, numerator, denominator) of a share for some units, largest first; counted from the rows."""
    fact = measure.denominator
    path = f"{fact.basis.dossier}procedure__field"
    rows = fact.rows(period.first, period.last, units).values(f"{path}__code", f"{path}__name")
    counted = rows.annotate(
        below=Count("pk"), above=Count("pk", filter=measure.numerator.where or Q(pk__isnull=False))
    )
    ordered = counted.order_by("-below", f"{path}__name")
    return list(ordered.values_list(f"{path}__code", f"{path}__name", "above", "below"))
