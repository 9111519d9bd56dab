"""Why a figure is where it is: which procedures, channels, hours and people pull it, each with its list.

One statement groups the rows of a figure's denominator; everything else is addition. A group's pull is the figure
minus the figure without that group: negative pulls down. Counted from the rows, so for at most `BUDGET` of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.db.models.functions import ExtractHour
from django.utils.translation import gettext as _

from procedures.calendar import HANOI
from procedures.models import Channel, Procedure
from reporting import by_procedure
from reporting.behind import ASSISTED, hours_text
from reporting.boards import Links
from reporting.measures import Measure
from reporting.periods import Period
from reporting.wording import points_text, value_text, whole

BUDGET = 50_000
SHOWN = 5
LEAST = 0.0005  # what one decimal of a point cannot tell from nothing
HOURS = ((0, 7), (8, 11), (12, 13), (14, 17), (18, 23))


@dataclass(frozen=True)
class Cell:
    """Rows alike in everything a figure is asked about."""

    procedure: int
    channel: str
    hour: int
    assisted: bool
    above: int
    below: int


def cells(measure: Measure, period: Period, units: Collection[int] | None) -> list[Cell]:
    """The rows of the figure's denominator, grouped (one query)."""
    path = measure.basis.dossier
    rows = measure.denominator.rows(period.first, period.last, units).annotate(
        by_procedure=F(f"{path}procedure_id"),
        by_channel=F(f"{path}channel"),
        by_hour=ExtractHour(f"{path}filed_at", tzinfo=HANOI),
        by_help=F(f"{path}assisted"),
    )
    grouped = rows.values("by_procedure", "by_channel", "by_hour", "by_help").annotate(
        above=Count("pk", filter=measure.numerator.where or Q(pk__isnull=False)), below=Count("pk")
    )
    order = ("by_procedure", "by_channel", "by_hour", "by_help")
    return [Cell(*row) for row in grouped.order_by(*order).values_list(*order, "above", "below")]


@dataclass(frozen=True)
class Pull:
    """One group of dossiers: its share, how far it moves the figure, and the lists behind."""

    name: str
    value: str
    missing: str
    missing_url: str
    below: str
    below_url: str
    pull: float
    pull_text: str


@dataclass(frozen=True)
class Dimension:
    """One way to divide the dossiers of a figure."""

    title: str
    pulls: tuple[Pull, ...]


Key = Callable[[Cell], str]
Name = Callable[[str], str]


def dimensions(
    measure: Measure, found: Collection[Cell], names: dict[int, Procedure], links: Links, unit: str
) -> list[Dimension]:
    """The figure divided in every way; procedures only those that pull down most."""
    codes = {str(key): procedure.code for key, procedure in names.items()}
    titles = {procedure.code: procedure.short_title or procedure.title for procedure in names.values()}
    ways: tuple[tuple[str, str, Key, Name], ...] = (
        (
            _("Thủ tục kéo xuống nhiều nhất"),
            "procedure",
            lambda c: codes[str(c.procedure)],
            titles.__getitem__,
        ),
        (_("Kênh nộp"), "channel", lambda c: c.channel, lambda key: str(Channel(key).label)),
        (_("Giờ nộp"), "hours", _hours, _hours_text),
        (_("Người nhập hồ sơ"), "assisted", lambda c: str(int(c.assisted)), lambda key: str(ASSISTED[key])),
    )
    divided = []
    for title, name, key, words in ways:
        pulls = _pulls(measure, found, key, words, links, name, unit)
        if name == "procedure":
            pulls = sorted((one for one in pulls if one.pull < -LEAST), key=lambda one: one.pull)[:SHOWN]
        divided.append(Dimension(title, tuple(pulls)))
    return divided


def _hours(cell: Cell) -> str:
    first, last = next((first, last) for first, last in HOURS if first <= cell.hour <= last)
    return f"{first}-{last}"


def _hours_text(key: str) -> str:
    first, _to, last = key.partition("-")
    return hours_text(int(first), int(last))


def sums(found: Iterable[Cell], key: Key) -> dict[str, tuple[int, int]]:
    """Numerator and denominator by group."""
    total: dict[str, tuple[int, int]] = {}
    for cell in found:
        above, below = total.get(key(cell), (0, 0))
        total[key(cell)] = (above + cell.above, below + cell.below)
    return total


def pull_of(group: tuple[int, int], whole_: tuple[int, int]) -> float:
    """The figure minus the figure without the group; 0 where the group is everything."""
    above, below = whole_[0] - group[0], whole_[1] - group[1]
    return whole_[0] / whole_[1] - above / below if below else 0.0


def _pulls(
    measure: Measure, found: Collection[Cell], key: Key, words: Name, links: Links, name: str, unit: str
) -> list[Pull]:
    groups = sums(found, key)
    everything = (sum(cell.above for cell in found), sum(cell.below for cell in found))
    made = []
    for code, (above, below) in sorted(groups.items(), key=lambda item: (_order(item[0]), item[0])):
        pull = pull_of((above, below), everything)
        where = {"unit": unit, name: code}
        made.append(
            Pull(
                words(code),
                value_text(measure, above / below),
                whole(below - above),
                links.behind(measure, "rest", **where),
                whole(below),
                links.behind(measure, "denominator", **where),
                pull,
                points_text(pull),
            )
        )
    return made


def _order(code: str) -> int:
    first = code.partition("-")[0]
    return int(first) if "-" in code and first.isdigit() else 0


@dataclass(frozen=True)
class Why:
    """The whole explanation; without dimensions when there are too many rows to count on the spot."""

    dimensions: tuple[Dimension, ...]
    found: tuple[Cell, ...]
    names: dict[int, Procedure]
    is_too_much: bool


def why(
    measure: Measure, period: Period, units: Collection[int] | None, below: int, links: Links, unit: str
) -> Why:
    """The figure explained; `below` is its denominator as counted, by which it is decided whether to look."""
    if below > BUDGET:
        return Why((), (), {}, is_too_much=True)
    found = cells(measure, period, units) if below else []
    names = by_procedure.titles({cell.procedure for cell in found}) if found else {}
    return Why(
        tuple(dimensions(measure, found, names, links, unit)) if found else (),
        tuple(found),
        names,
        is_too_much=False,
    )


def by_field(explained: Why) -> list[tuple[str, str, int, int]]:
    """(field code, name, numerator, denominator), largest first."""
    names = {one.field.code: one.field.name for one in explained.names.values()}
    total = sums(explained.found, lambda cell: explained.names[cell.procedure].field.code)
    ordered = sorted(total.items(), key=lambda item: (-item[1][1], names[item[0]]))
    return [(code, names[code], above, below) for code, (above, below) in ordered]
