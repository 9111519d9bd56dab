"""What the pages of the readings show: three ways to count one period, report 06, the index of 766."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portal.accounts.models import Unit
from reporting import bridges, index766, report06
from reporting.bases import Fact
from reporting.boards import Links
from reporting.counting import Counts
from reporting.wording import share_text, whole

Text = str | Promise


@dataclass(frozen=True)
class Cell:
    """A number and the list it opens."""

    number: str
    url: str
    label: Text = ""


def cell(fact: Fact, counts: Counts, links: Links, *, sign: int = 0, **where: str) -> Cell:
    """One set counted; with a sign for a step of a bridge."""
    number = counts.get(fact.code, 0)
    mark = {0: "", 1: "+", -1: "−"}[sign] if number else ""
    return Cell(f"{mark}{whole(number)}", links.set_behind(fact, **where), fact.title)


@dataclass(frozen=True)
class ReadingLine:
    """One reading of a target."""

    title: Text
    source: Text
    numerator: Cell
    denominator: Cell
    value: str
    measure: str


@dataclass(frozen=True)
class BridgeView:
    """A bridge ready to show; `holds` when start + steps = end and nothing is unexplained."""

    title: Text
    start: Cell
    steps: tuple[Cell, ...]
    end: Cell
    holds: bool


def readings(counts: Counts, links: Links, unit: str) -> list[tuple[Text, list[ReadingLine]]]:
    """Every target with its readings, side by side."""

    def line(one: bridges.Reading) -> ReadingLine:
        below = counts.get(one.denominator.code, 0)
        value = counts.get(one.numerator.code, 0) / below if below else None
        return ReadingLine(
            one.title,
            one.source,
            cell(one.numerator, counts, links, unit=unit),
            cell(one.denominator, counts, links, unit=unit),
            share_text(value),
            one.measure,
        )

    return [(title, [line(one) for one in lines]) for title, lines in bridges.READINGS]


def bridge_views(counts: Counts, links: Links, unit: str) -> list[BridgeView]:
    """Every bridge; a step of nothing unexplained is not shown."""
    found = []
    for bridge in bridges.BRIDGES:
        moved = sum(step.sign * counts.get(step.fact.code, 0) for step in bridge.steps)
        rest = sum(counts.get(step.fact.code, 0) for step in bridge.steps if step.is_rest)
        start, end = counts.get(bridge.start.code, 0), counts.get(bridge.end.code, 0)
        steps = [step for step in bridge.steps if not step.is_rest or counts.get(step.fact.code)]
        found.append(
            BridgeView(
                bridge.title,
                cell(bridge.start, counts, links, unit=unit),
                tuple(cell(step.fact, counts, links, sign=step.sign, unit=unit) for step in steps),
                cell(bridge.end, counts, links, unit=unit),
                start + moved == end and not rest,
            )
        )
    return found


@dataclass(frozen=True)
class ReportLine:
    """One line of report 06 with the check sums that do not hold (normally none)."""

    label: str
    cells: tuple[Cell, ...]
    faults: tuple[report06.Sum, ...]


def report_line(label: str, counts: Counts, links: Links, **where: str) -> ReportLine:
    """The columns of report 06 for one unit or field."""
    cells = tuple(cell(report06.column(code), counts, links, sign=0, **where) for code in report06.COLUMNS)
    return ReportLine(label, cells, tuple(one for one in report06.check_sums(counts) if not one.holds))


def report_lines(
    groups: Mapping[tuple[Any, ...], Counts], links: Links, units: Mapping[int, Unit] | None, unit: str
) -> list[ReportLine]:
    """A line per unit (each without those under it), or with `units` None per field of the unit `unit`."""
    if units is None:
        found = report06.named(groups, None)
        return [report_line(name, counts, links, unit=unit, field=key[0]) for name, key, counts in found]
    names = {pk: one.full_name for pk, one in units.items()}
    return [
        report_line(name, counts, links, unit=units[key[0]].code, alone="1")
        for name, key, counts in report06.named(groups, names)
    ]


@dataclass(frozen=True)
class ItemView:
    """One sub-indicator of 766 ready to show."""

    item: index766.Item
    numerator: Cell | None
    denominator: Cell | None
    value: str
    points: str


def points_text(points: Decimal | None) -> str:
    """Points with two decimals, or a dash."""
    return "–" if points is None else number_format(points, decimal_pos=2)


def sum_text(points: Decimal) -> str:
    """A sum of points; empty where nothing could be counted."""
    return points_text(points) if points else ""


def item_view(scored: index766.Scored, links: Links, unit: str) -> ItemView:
    """A sub-indicator with its numbers, lists, value and points."""
    item = scored.item
    if scored.numerator is None or scored.denominator is None:
        return ItemView(item, None, None, _("Chưa có dữ liệu"), points_text(None))
    halves = []
    for part, number in (("numerator", scored.numerator), ("denominator", scored.denominator)):
        if item.measure is not None:
            url = links.behind(item.measure, part, unit=unit)
        else:
            query = {"item": item.code, "part": part, "unit": unit, **links.period.query}
            url = f"{reverse('reporting:procedures')}?{urlencode(query)}"
        halves.append(Cell(whole(number), url))
    return ItemView(item, halves[0], halves[1], share_text(scored.value), points_text(scored.points))
