"""The same days by several readings with their bridges, report 06, and the index of Decision 766."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.accounts.models import Unit
from portal.lib import clock
from portal.lib.reads_writes import reads
from reporting import bridges, index766, readings, report06
from reporting.access import Scope, existed, get_unit, scope_of
from reporting.boards import Links
from reporting.forms import PARTS, UnitPeriodForm
from reporting.periods import Period, Preset
from reporting.rollups import figures


@dataclass(frozen=True)
class Asked:
    """What the address asks for: one unit (or the whole scope) and the days."""

    scope: Scope
    form: UnitPeriodForm
    period: Period
    unit: Unit
    code: str
    keys: frozenset[int]

    def context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page of the readings shows."""
        return {
            "scope": self.scope,
            "form": self.form.shown(),
            "period": self.period,
            "presets": [(one.value, one.label, one is self.period.preset) for one in Preset],
            "unit": self.unit if self.code else None,
            "is_future": self.period.first > clock.today(),
            "is_absent": bool(self.code) and not existed(self.unit, self.period),
            "query": request.GET.urlencode(),
        }

    @property
    def status(self) -> int:
        """422 when the asked days or unit were wrong; the page then shows this month."""
        return 422 if self.form.is_bound and not self.form.is_valid() else 200


def _asked(request: HttpRequest) -> Asked:
    scope = scope_of(request.user)
    if request.GET.get("unit"):
        get_unit(scope, request.GET["unit"])
    form = UnitPeriodForm(request.GET or None, today=clock.today(), scope=scope)
    period, code = form.chosen(), form.chosen_unit()
    unit = get_unit(scope, code) if code else scope.root
    return Asked(scope, form, period, unit, code, scope.below(unit) if code else scope.keys)


@reads
@login_required
def compare(request: HttpRequest) -> HttpResponse:
    """The same days counted by the city's reading, by 766 and by report 06, and what makes the difference."""
    asked = _asked(request)
    counts, links = bridges.counts(asked.period, asked.keys), Links(asked.period)
    context = asked.context(request) | {
        "readings": readings.readings(counts, links, asked.code),
        "bridges": readings.bridge_views(counts, links, asked.code),
    }
    return render(request, "reporting/readings/compare.html", context, status=asked.status)


@reads
@login_required
def report(request: HttpRequest) -> HttpResponse:
    """Report 06 by field, or by unit; every number opens its list, every line is checked."""
    asked = _asked(request)
    by_unit = request.GET.get("by") == "unit"
    links = Links(asked.period)
    total, groups = report06.lines(asked.period, asked.keys, "unit" if by_unit else "field")
    units = {unit.pk: unit for unit in asked.scope.units if unit.pk in asked.keys}
    context = asked.context(request) | {
        "by_unit": by_unit,
        "headings": report06.HEADINGS,
        "total": readings.report_line(_("Tổng số"), total, links, unit=asked.code),
        "sums": report06.check_sums(total),
        "lines": readings.report_lines(groups, links, units if by_unit else None, asked.code),
    }
    return render(request, "reporting/readings/report.html", context, status=asked.status)


@reads
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """The sub-indicators of Decision 766 with formulas and points; what has no data says why."""
    asked = _asked(request)
    links = Links(asked.period)
    question = index766.question(asked.period, asked.keys, asked.unit)
    counts = figures(asked.period, asked.keys).of(asked.keys)
    scored = index766.score(question, counts)
    got, most = index766.sums([one for _group, items in scored for one in items])
    groups = []
    for group, items in scored:
        views = [readings.item_view(one, links, asked.code) for one in items]
        own, reachable = index766.sums(items)
        groups.append((group, views, readings.points_text(own), readings.sum_text(reachable)))
    context = asked.context(request) | {
        "groups": groups,
        "got": readings.points_text(got),
        "most": readings.points_text(most),
        "is_partial": most < index766.TOTAL,
    }
    return render(request, "reporting/readings/index.html", context, status=asked.status)


@reads
@login_required
def procedures(request: HttpRequest) -> HttpResponse:
    """The procedures a sub-indicator of 766 counts."""
    asked = _asked(request)
    item = index766.ITEMS.get(request.GET.get("item", ""))
    part = request.GET.get("part", "numerator")
    chosen = item.sets.get(part) if item else None
    if item is None or chosen is None:
        raise Http404(_("Không có danh sách nào như vậy. Hãy mở danh sách từ một con số trên bảng số liệu."))
    question = index766.question(asked.period, asked.keys, asked.unit)
    rows = list(chosen(question).select_related("field"))
    context = asked.context(request) | {"item": item, "rows": rows, "part": PARTS[part], "count": len(rows)}
    return render(request, "reporting/readings/procedures.html", context)
