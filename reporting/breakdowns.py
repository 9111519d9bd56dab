"""Boards by field and by procedure: the city's targets of each, with the lists behind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.accounts.models import Unit
from portal.lib import clock
from procedures.models import Field, Procedure
from reporting import boards, by_procedure, ranking
from reporting.access import Scope
from reporting.boards import Held, Links, Tile, hold
from reporting.by_procedure import ByProcedure
from reporting.comparing import Before, compare
from reporting.counting import Counts, add
from reporting.measures import MAIN, MEASURE_BY_CODE, Measure
from reporting.models import Target
from reporting.periods import Period
from reporting.pulls import BUDGET
from reporting.rollups import Figures
from reporting.targets import Targets


@dataclass(frozen=True)
class Row:
    """One field, procedure or unit: its figures, and the chosen one against the last comparable period."""

    name: str
    url: str
    counts: Counts
    values: dict[str, Held]
    cells: SafeString
    before: Before


@dataclass(frozen=True)
class Asked:
    """Whose figures of which days: `narrow` says which field or procedure, `where` the same for addresses."""

    scope: Scope
    period: Period
    measure: Measure
    narrow: Q
    where: dict[str, str]

    @property
    def units(self) -> Collection[int] | None:
        """The units asked about; None for the whole city, which is read from the stored days."""
        return None if self.scope.is_city else self.scope.keys

    def now(self) -> ByProcedure:
        """The counts of the period."""
        return by_procedure.read(self.period, self.units, self.narrow)

    def then(self) -> ByProcedure:
        """The counts of the last comparable period."""
        return by_procedure.read(self.period.before(), self.units, self.narrow)

    def targets(self) -> dict[str, Target | None]:
        """The targets that hold for everybody asked about: the unit's own, or those of every unit."""
        found = Targets.on(self.period.last)
        one = self.scope.units[0] if len(self.scope.units) == 1 else None
        return {code: found.of(code, one.pk if one else None, one.kind if one else "") for code in MAIN}


def get_field(code: str) -> Field:
    """A field by code; Http404 for none."""
    found = Field.objects.filter(code=code).first()
    if found is None:
        raise Http404(_("Không có lĩnh vực này."))
    return found


def get_procedure(code: str) -> Procedure:
    """A procedure by code; Http404 for none."""
    found = Procedure.objects.filter(code=code).select_related("field").first()
    if found is None:
        raise Http404(_("Không có thủ tục này."))
    return found


def total(found: ByProcedure) -> Counts:
    """Everything found."""
    counts: Counts = {}
    for one in found.by_procedure.values():
        add(counts, one)
    return counts


def tiles(asked: Asked, counts: Counts, then: Counts, targets: Mapping[str, Target | None]) -> list[Tile]:
    """The city's targets of what is asked about."""
    links = Links(asked.period)
    where = {"unit": asked.scope.code, **asked.where}
    return [boards.tile(MEASURE_BY_CODE[code], counts, targets[code], links, then, **where) for code in MAIN]


def trend(asked: Asked, found: ByProcedure, target: Target | None) -> boards.Trend:
    """How the chosen share developed."""
    days = Figures(asked.period, clock.now(), by_day=found.by_day)
    return boards.trend(days, asked.measure, target)


def by_field(
    asked: Asked, now: ByProcedure, then: ByProcedure, targets: Mapping[str, Target | None]
) -> list[Row]:
    """The fields, those with most dossiers first."""
    names = by_procedure.titles({*now.by_procedure, *then.by_procedure})
    keys = {key: one.field.code for key, one in names.items()}
    titles = {one.field.code: one.field.name for one in names.values()}
    return _rows(asked, _grouped(now, keys), _grouped(then, keys), targets, titles, "field")


def of_procedures(
    asked: Asked, now: ByProcedure, then: ByProcedure, targets: Mapping[str, Target | None]
) -> list[Row]:
    """The procedures, those with most dossiers first."""
    names = by_procedure.titles({*now.by_procedure, *then.by_procedure})
    keys = {key: one.code for key, one in names.items()}
    titles = {one.code: one.short_title or one.title for one in names.values()}
    return _rows(asked, _grouped(now, keys), _grouped(then, keys), targets, titles, "procedure")


def of_units(asked: Asked, counts: Counts) -> list[Row] | None:
    """The units, counted from the rows; None when there are too many rows to count on the spot."""
    if counts.get("received", 0) + counts.get("finished", 0) > BUDGET:
        return None
    by_key = {unit.pk: unit for unit in asked.scope.units}
    now = by_procedure.by_unit(asked.period, asked.units, asked.narrow)
    then = by_procedure.by_unit(asked.period.before(), asked.units, asked.narrow)
    found = Targets.on(asked.period.last)
    writer = ranking.CellWriter(Links(asked.period), unit=ranking.KEY, alone="1", **asked.where)
    rows = [
        _unit_row(asked, by_key[key], counts_, then.get(key, {}), found, writer)
        for key, counts_ in now.items()
        if key in by_key
    ]
    return sorted(rows, key=lambda row: (-row.counts.get("received", 0), row.name))


def _unit_row(
    asked: Asked, unit: Unit, counts: Counts, then: Counts, targets: Targets, writer: ranking.CellWriter
) -> Row:
    values = {
        code: hold(MEASURE_BY_CODE[code], counts, targets.of(code, unit.pk, unit.kind)) for code in MAIN
    }
    where = {"unit": unit.code, "alone": "1", **asked.where}
    return Row(
        unit.full_name,
        Links(asked.period).unit(unit),
        counts,
        values,
        writer.cells(unit.code, counts, values),
        _before(asked, counts, then, where),
    )


def _grouped(found: ByProcedure, keys: Mapping[int, str]) -> dict[str, Counts]:
    grouped: dict[str, Counts] = {}
    for procedure, counts in found.by_procedure.items():
        add(grouped.setdefault(keys[procedure], {}), counts)
    return grouped


def _rows(
    asked: Asked,
    now: Mapping[str, Counts],
    then: Mapping[str, Counts],
    targets: Mapping[str, Target | None],
    titles: Mapping[str, str],
    kind: str,
) -> list[Row]:
    writer = ranking.CellWriter(Links(asked.period), unit=asked.scope.code, **{kind: ranking.KEY})
    rows = []
    for code, counts in now.items():
        values = {one: hold(MEASURE_BY_CODE[one], counts, targets[one]) for one in MAIN}
        where = {"unit": asked.scope.code, kind: code}
        rows.append(
            Row(
                titles[code],
                f"{reverse(f'reporting:{kind}', args=[code])}?{urlencode(asked.period.query)}",
                counts,
                values,
                writer.cells(code, counts, values),
                _before(asked, counts, then.get(code, {}), where),
            )
        )
    return sorted(rows, key=lambda row: (-row.counts.get("received", 0), row.name))


def _before(asked: Asked, now: Counts, then: Counts, where: dict[str, str]) -> Before:
    url = Links(asked.period.before()).behind(asked.measure, "numerator", **where)
    return compare(asked.measure, now, then, url)
