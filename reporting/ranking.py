"""The units of a board side by side: ranking, red list, tile map. Cells are joined here, not in the template."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.accounts.models import Unit, UnitKind
from reporting import tiles
from reporting.access import Scope
from reporting.boards import GROUPS, Held, Links, hold
from reporting.counting import Counts
from reporting.measures import MAIN, MEASURE_BY_CODE, Measure
from reporting.rollups import Figures
from reporting.targets import Targets
from reporting.wording import whole

COLUMNS = MAIN
SORTS = ("name", "received", *COLUMNS)
SIGNS = {"good": "✓", "bad": "✗", "plain": "", "none": ""}
RED_SHOWN = 10
KEY = "_KEY_"  # stands in an address for the code of a row


@dataclass(frozen=True)
class Row:
    """One unit of the ranking."""

    unit: Unit
    name: str
    url: str
    counts: Counts
    values: dict[str, Held]
    cells: SafeString
    is_sum: bool = False


def rows(
    scope: Scope,
    figures: Figures,
    targets: Targets,
    links: Links,
    group: str = "",
    *,
    sort: str,
    descending: bool,
) -> list[Row]:
    """The units of the scope (of one group, if named), sorted; units without data come last."""
    kinds = GROUPS[group] if group in GROUPS else (*GROUPS["commune"], *GROUPS["centre"])
    writer = CellWriter(links, unit=KEY)
    found = [
        _row(unit, scope, figures, targets, links, writer) for unit in scope.of_kind(kinds, figures.period)
    ]
    return _sorted(found, sort, descending=descending)


def _row(
    unit: Unit, scope: Scope, figures: Figures, targets: Targets, links: Links, writer: CellWriter
) -> Row:
    """A unit's row; the Centre's is the sum of its branches, and the list behind holds the same units."""
    below = scope.below(unit)
    counts = figures.of(below) if len(below) > 1 else figures.by_unit.get(unit.pk, {})
    values = {
        code: hold(MEASURE_BY_CODE[code], counts, targets.of(code, unit.pk, unit.kind)) for code in COLUMNS
    }
    return Row(
        unit,
        unit.full_name,
        links.unit(unit),
        counts,
        values,
        writer.cells(unit.code, counts, values),
        len(below) > 1,
    )


class CellWriter:
    """Joins the cells of a row; the addresses share everything but the code that stands where `KEY` is in `where`."""

    def __init__(self, links: Links, **where: str) -> None:
        self._received = links.behind(MEASURE_BY_CODE["online"], "denominator", **where)
        self._values = {code: links.behind(MEASURE_BY_CODE[code], "numerator", **where) for code in COLUMNS}
        self._labels = {code: MEASURE_BY_CODE[code].name for code in COLUMNS}
        self._received_label = _("Đã tiếp nhận")

    def cells(self, key: str, counts: Counts, values: dict[str, Held]) -> SafeString:
        """The cells after the name: dossiers received, then one per measure."""
        first = format_html(
            '<td class="numeric" data-label="{}"><a href="{}">{}</a></td>',
            self._received_label,
            self._received.replace(KEY, quote(key)),
            whole(counts.get("received", 0)),
        )
        return first + format_html_join(
            "", "{}", ((self._cell(key, code, held),) for code, held in values.items())
        )

    def _cell(self, key: str, code: str, held: Held) -> SafeString:
        if held.value is None:
            return format_html(
                '<td class="numeric muted" data-label="{}">{}</td>', self._labels[code], held.text
            )
        return format_html(
            '<td class="numeric value-{}" data-label="{}"><span aria-hidden="true">{}</span>'
            ' <a href="{}">{}</a>{}</td>',
            held.tone,
            self._labels[code],
            SIGNS[held.tone],
            self._values[code].replace(KEY, quote(key)),
            held.text,
            _spoken(held),
        )


def _spoken(held: Held) -> SafeString:
    if held.met is None:
        return SafeString("")
    return format_html(
        ' <span class="visually-hidden">({})</span>',
        _("đạt mục tiêu") if held.met else _("chưa đạt mục tiêu"),
    )


def _sorted(found: list[Row], sort: str, *, descending: bool) -> list[Row]:
    if sort == "name":
        return sorted(found, key=lambda row: row.unit.sort_key, reverse=descending)
    if sort == "received":
        return sorted(
            found, key=lambda row: (row.counts.get("received", 0), row.unit.sort_key), reverse=descending
        )
    known = [row for row in found if row.values[sort].value is not None]
    unknown = [row for row in found if row.values[sort].value is None]
    known.sort(
        key=lambda row: (row.values[sort].value or 0.0, row.counts.get("received", 0)), reverse=descending
    )
    return known + unknown


# --- Red list --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Miss:
    """One target a unit misses, with the list of what is missing and how many dossiers that is."""

    measure: Measure
    held: Held
    url: str
    short_of: int


@dataclass(frozen=True)
class Red:
    """A unit below target."""

    unit: Unit
    name: str
    url: str
    misses: tuple[Miss, ...]


def red_list(found: Iterable[Row], links: Links) -> list[Red]:
    """Units that miss a target, those that miss most first, then by the largest gap."""
    reds = []
    for row in found:
        misses = tuple(
            Miss(
                MEASURE_BY_CODE[code],
                held,
                links.behind(MEASURE_BY_CODE[code], "rest", unit=row.unit.code),
                short_of(MEASURE_BY_CODE[code], row.counts, held),
            )
            for code, held in row.values.items()
            if held.met is False
        )
        if misses:
            reds.append(Red(row.unit, row.name, row.url, misses))
    return sorted(reds, key=lambda red: (-len(red.misses), -_largest_gap(red), red.unit.sort_key))


def _largest_gap(red: Red) -> float:
    return max((miss.held.target or 0) - (miss.held.value or 0) for miss in red.misses)


def short_of(measure: Measure, counts: Counts, held: Held) -> int:
    """How many more of the counted dossiers would have had to be in the numerator."""
    needed = (held.target or 0) * counts.get(measure.denominator.code, 0)
    return max(0, -(-round(needed * 10_000) // 10_000) - counts.get(measure.numerator.code, 0))


# --- Tile map --------------------------------------------------------------------------------------------------

SIDE = 56
GAP = 20  # between the map and the row of the Centre and its branches


@dataclass(frozen=True)
class Square:
    """One square of the map."""

    x: int
    y: int
    name: str
    short: tuple[str, ...]
    number: str
    step: int
    url: str
    title: str


@dataclass(frozen=True)
class Map:
    """The squares and the size of the viewBox."""

    squares: tuple[Square, ...]
    width: int
    height: int
    side: int = SIDE - 3


def tile_map(found: Iterable[Row], measure: Measure) -> Map:
    """The wards and communes as squares, shaded in five steps towards the target; Centre and branches below."""
    cells, rows = tiles.grid(), list(found)
    columns, lines = tiles.size(cells)
    served = sorted(
        (row for row in rows if row.unit.kind in GROUPS["centre"]), key=lambda row: row.unit.sort_key
    )
    below = {row.unit.code: (at % columns, lines + at // columns) for at, row in enumerate(served)}
    squares = []
    for row in rows:
        is_below = row.unit.code in below
        cell = below.get(row.unit.code) or cells.get(row.unit.code)
        if cell is None or not (is_below or row.unit.kind == UnitKind.COMMUNE):
            continue
        squares.append(_square(row, measure, cell, GAP if is_below else 0))
    last = -(-len(served) // columns)
    height = (lines + last) * SIDE + (GAP if served else 0)
    return Map(tuple(sorted(squares, key=lambda one: (one.y, one.x))), columns * SIDE, height)


def _square(row: Row, measure: Measure, cell: tuple[int, int], down: int) -> Square:
    held = row.values.get(measure.code) or hold(measure, row.counts, None)
    return Square(
        x=cell[0] * SIDE,
        y=cell[1] * SIDE + down,
        name=row.name,
        short=_two_lines(row.unit.name),
        number="–" if held.value is None else f"{held.value * 100:.0f}",
        step=step(held),
        url=row.url,
        title=f"{row.name}: {held.text}",
    )


def step(held: Held) -> int:
    """0 no data, 1 far below … 3 just below, 4 reached, 5 well above; by fifths where there is no target."""
    if held.value is None:
        return 0
    if not held.target:
        return min(int(held.value * 5) + 1, 5)
    share = held.value / held.target
    if share >= 1:
        return 5 if held.value >= (1 + held.target) / 2 else 4
    return 3 if share >= 0.9 else 2 if share >= 0.7 else 1


def _two_lines(name: str) -> tuple[str, ...]:
    """A name cut for a square: at most two lines of about nine letters."""
    if len(name) <= 9 or " " not in name:
        return (name[:10],)
    words = name.replace(" - ", " ").split(" ")
    cut = min(range(1, len(words)), key=lambda at: max(len(" ".join(words[:at])), len(" ".join(words[at:]))))
    return tuple(
        line if len(line) <= 10 else line[:9] + "…" for line in (" ".join(words[:cut]), " ".join(words[cut:]))
    )
