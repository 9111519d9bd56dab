"""What the boards show: figures against targets, for the city and for one unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models import Unit, UnitKind
from reporting import charts
from reporting.access import Scope
from reporting.bases import Fact
from reporting.comparing import Before, compare
from reporting.counting import Counts
from reporting.facts import FACT_BY_CODE
from reporting.measures import FURTHER, MAIN, MEASURE_BY_CODE, OTHER_READINGS, Measure, Shape
from reporting.models import Target
from reporting.periods import Period
from reporting.rollups import Figures
from reporting.targets import Targets
from reporting.wording import target_text, value_text, whole, whole_days

GROUPS: dict[str, tuple[str, ...]] = {
    "commune": (UnitKind.COMMUNE,),
    "centre": (UnitKind.CENTRE, UnitKind.BRANCH),
    "department": (UnitKind.DEPARTMENT,),
}
GROUP_LABELS: dict[str, str | Promise] = {
    "commune": gettext_lazy("Các xã, phường"),
    "centre": gettext_lazy("Trung tâm và chi nhánh"),
    "department": gettext_lazy("Các sở, ban, ngành"),
}
SHOWN = tuple(code for code in (*MAIN, *FURTHER) if MEASURE_BY_CODE[code].shape is Shape.SHARE)


@dataclass(frozen=True)
class Links:
    """Addresses of the lists behind the numbers of one period."""

    period: Period

    @property
    def page(self) -> str:
        """The address of the lists, ready for a query."""
        return f"{reverse('reporting:list')}?"

    def earlier(self) -> Links:
        """The same for the last comparable period."""
        return Links(self.period.before())

    def behind(self, measure: Measure, part: str, **where: str) -> str:
        """The list of one half of `measure`; `where` is unit, kind, field."""
        query = {"measure": measure.code, "part": part, **{k: v for k, v in where.items() if v}}
        if not measure.basis.is_stock:
            query |= self.period.query
        return f"{self.page}{urlencode(query)}"

    def set_behind(self, fact: Fact, **where: str) -> str:
        """The list of one set by itself; `where` is unit, alone (without the units under it), field."""
        query = {"fact": fact.code, **{k: v for k, v in where.items() if v}}
        if not fact.basis.is_stock:
            query |= self.period.query
        return f"{self.page}{urlencode(query)}"

    def unit(self, unit: Unit) -> str:
        """The board of one unit, for the same days."""
        return f"{reverse('reporting:unit', args=[unit.code])}?{urlencode(self.period.query)}"


@dataclass(frozen=True)
class Held:
    """A value held against its target."""

    value: float | None
    text: str
    target: float | None = None
    target_text: str = ""
    met: bool | None = None

    @property
    def tone(self) -> str:
        """good, bad, plain (no target) or none (no data)."""
        if self.value is None:
            return "none"
        return "plain" if self.met is None else ("good" if self.met else "bad")


def hold(measure: Measure, counts: Counts, target: Target | None) -> Held:
    """The value of `measure` in `counts` against `target`."""
    value = measure.value(counts)
    if target is None:
        return Held(value, value_text(measure, value))
    met = None if value is None else target.met_by(value)
    return Held(value, value_text(measure, value), float(target.value), target_text(target), met)


@dataclass(frozen=True)
class Part:
    """One half of a figure: its number and the list behind it."""

    label: str
    number: str
    url: str


@dataclass(frozen=True)
class GroupLine:
    """The same figure for one kind of unit, and how many of them reach the target."""

    label: str
    held: Held
    url: str
    reached: str


@dataclass(frozen=True)
class Tile:
    """One figure with its definition."""

    measure: Measure
    held: Held
    numerator: Part
    denominator: Part
    groups: tuple[GroupLine, ...] = ()
    before: Before | None = None

    @property
    def is_share(self) -> bool:
        """Whether a bar can show it."""
        return self.measure.shape is Shape.SHARE


def amount(measure: Measure, code: str, counts: Counts) -> str:
    """A count as text: dossiers, đồng, or days."""
    number = counts.get(code, 0)
    if code.startswith("paid_amount"):
        return f"{whole(number)} đ"
    if measure.shape is Shape.DAYS and code == measure.numerator.code:
        return whole_days(round(number / 86_400))
    return whole(number)


def tile(
    measure: Measure,
    counts: Counts,
    target: Target | None,
    links: Links,
    then: Counts | None = None,
    **where: str,
) -> Tile:
    """The figure of `measure` in `counts`, and in `then`, the counts of the last comparable period."""
    halves = {
        part: Part(str(fact.title), amount(measure, fact.code, counts), links.behind(measure, part, **where))
        for part, fact in (("numerator", measure.numerator), ("denominator", measure.denominator))
    }
    earlier = None
    if then is not None and not measure.basis.is_stock:
        url = links.earlier().behind(measure, "numerator", **where)
        earlier = compare(measure, counts, then, url)
    held = hold(measure, counts, target)
    return Tile(measure, held, halves["numerator"], halves["denominator"], before=earlier)


def unit_tiles(
    codes: Iterable[str], unit: Unit, counts: Counts, then: Counts, targets: Targets, links: Links
) -> list[Tile]:
    """The figures of one unit against its own targets."""
    return [
        tile(
            MEASURE_BY_CODE[code],
            counts,
            targets.of(code, unit.pk, unit.kind),
            links,
            then,
            unit=unit.code,
        )
        for code in codes
    ]


def city_tiles(
    codes: Iterable[str], scope: Scope, figures: Figures, then: Counts, targets: Targets, links: Links
) -> list[Tile]:
    """The figures of the whole scope, and of each kind of unit against its target.

    The whole carries a target only where it is the same for every unit: wards owe 60 % and the Centre 80 %.
    """
    counts = figures.of(scope.keys)
    found = []
    for code in codes:
        measure = MEASURE_BY_CODE[code]
        plain = tile(measure, counts, targets.of(code, None, ""), links, then, unit=scope.code)
        groups = [_group_line(measure, name, scope, figures, targets, links) for name in GROUPS]
        found.append(replace(plain, groups=tuple(group for group in groups if group and scope.is_city)))
    return found


def _group_line(
    measure: Measure, name: str, scope: Scope, figures: Figures, targets: Targets, links: Links
) -> GroupLine | None:
    """The figure of one kind of unit; None when that kind has neither a target nor anything to count."""
    units = scope.of_kind(GROUPS[name], figures.period)
    counts = figures.of([unit.pk for unit in units])
    target = targets.of(measure.code, None, GROUPS[name][0])
    held = hold(measure, counts, target)
    if not units or target is None or (held.value is None and name == "department"):
        return None
    values = [
        hold(measure, figures.by_unit.get(unit.pk, {}), targets.of(measure.code, unit.pk, unit.kind))
        for unit in units
    ]
    known = [one for one in values if one.met is not None]
    reached = ""
    if known:
        reached = _("%(met)s/%(known)s đơn vị có số liệu đạt mục tiêu") % {
            "met": sum(1 for one in known if one.met),
            "known": len(known),
        }
    return GroupLine(
        str(GROUP_LABELS[name]),
        held,
        links.behind(measure, "numerator", unit=scope.code, kind=name),
        reached,
    )


@dataclass(frozen=True)
class Standing:
    """What stands now and presses: a number, its list, and out of how many."""

    measure: Measure
    number: int
    text: str
    url: str
    whole: str
    whole_url: str


PRESSING = ("overdue-now", "waiting-now")


def standing(counts: Counts, links: Links, unit: str, codes: Iterable[str] = PRESSING) -> list[Standing]:
    """Overdue and unanswered dossiers of this moment, beside the rates so that hoarding cannot polish them."""
    found = []
    for code in codes:
        measure = MEASURE_BY_CODE[code]
        number = counts.get(measure.numerator.code, 0)
        found.append(
            Standing(
                measure,
                number,
                whole(number),
                links.behind(measure, "numerator", unit=unit),
                whole(counts.get(measure.denominator.code, 0)),
                links.behind(measure, "denominator", unit=unit),
            )
        )
    return found


def refused(counts: Counts, links: Links, unit: str) -> Part:
    """Dossiers refused at intake: in no rate by acceptance, so they are told beside it."""
    fact = FACT_BY_CODE["refused"]
    return Part(str(fact.title), whole(counts.get(fact.code, 0)), links.set_behind(fact, unit=unit))


@dataclass(frozen=True)
class TrendLine:
    """One line of the table beside the charts."""

    label: str
    received: str
    online: str
    value: str


@dataclass(frozen=True)
class Trend:
    """Two charts over the same days and their table."""

    measure: Measure
    rate: charts.Chart
    volume: charts.Chart
    lines: tuple[TrendLine, ...]


def trend(figures: Figures, measure: Measure, target: Target | None) -> Trend:
    """How a share and the number of dossiers developed."""
    parts = charts.buckets(figures.period, figures.by_day)
    values = {index: value_text(measure, measure.value(part.counts)) for index, part in enumerate(parts)}
    volumes = {
        index: _("%(online)s trực tuyến trên %(all)s hồ sơ tiếp nhận")
        % {
            "online": whole(part.counts.get("received_online", 0)),
            "all": whole(part.counts.get("received", 0)),
        }
        for index, part in enumerate(parts)
    }
    lines = tuple(
        TrendLine(
            part.label,
            whole(part.counts.get("received", 0)),
            whole(part.counts.get("received_online", 0)),
            values[index],
        )
        for index, part in enumerate(parts)
    )
    return Trend(
        measure,
        charts.rate_line(parts, measure, float(target.value) if target else None, values),
        charts.stacked(parts, "received_online", "received", volumes),
        lines,
    )


@dataclass(frozen=True)
class FieldLine:
    """One field of administration on a unit's board."""

    name: str
    numerator: str
    denominator: str
    held: Held
    url: str
    whole_url: str


def field_lines(
    measure: Measure,
    rows: Sequence[tuple[str, str, int, int]],
    target: Target | None,
    links: Links,
    unit: Unit,
) -> list[FieldLine]:
    """The chosen measure by field, with the lists behind."""
    return [
        FieldLine(
            name,
            whole(above),
            whole(below),
            hold(measure, {measure.numerator.code: above, measure.denominator.code: below}, target),
            links.behind(measure, "numerator", unit=unit.code, field=code),
            links.behind(measure, "denominator", unit=unit.code, field=code),
        )
        for code, name, above, below in rows
    ]


def tiles_of_board(
    scope: Scope, figures: Figures, then: Counts, targets: Targets, links: Links
) -> dict[str, list[Tile]]:
    """The three rows of figures of the city board."""
    return {
        "main": city_tiles(MAIN, scope, figures, then, targets, links),
        "further": city_tiles(FURTHER, scope, figures, then, targets, links),
        "readings": city_tiles(OTHER_READINGS, scope, figures, then, targets, links),
    }


def tiles_of_unit(
    unit: Unit, counts: Counts, then: Counts, targets: Targets, links: Links
) -> dict[str, list[Tile]]:
    """The three rows of figures of one unit."""
    return {
        "main": unit_tiles(MAIN, unit, counts, then, targets, links),
        "further": unit_tiles(FURTHER, unit, counts, then, targets, links),
        "readings": unit_tiles(OTHER_READINGS, unit, counts, then, targets, links),
    }


def chosen_measure(code: str, default: str = "online") -> Measure:
    """The measure a chart or map shows; the online rate for anything unknown."""
    return MEASURE_BY_CODE[code if code in SHOWN else default]


def options() -> list[tuple[str, Any]]:
    """Code and name of every measure a map or trend can show."""
    return [(code, MEASURE_BY_CODE[code].name) for code in SHOWN]
