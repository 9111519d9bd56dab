"""The boards: city, unit, and the page of definitions."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.models import Unit
from portal.lib import clock
from portal.lib.reads_writes import public, reads
from procedures.calendar import calendar_for
from reporting import boards, closing, outlook, pulls, ranking
from reporting.access import Scope, existed, existed_throughout, get_unit, scope_of
from reporting.counting import Counts
from reporting.fill import state
from reporting.forms import PeriodForm
from reporting.measures import MAIN, MEASURE_BY_CODE, MEASURES, STOCK_MEASURES, Measure
from reporting.models import Target
from reporting.periods import Period, Preset
from reporting.rollups import Figures, figures, sum_of, totals
from reporting.targets import Targets


@reads
@login_required
def city(request: HttpRequest) -> HttpResponse:
    """The board of everything the reader may see; a person with one unit is led to that unit's board."""
    scope = scope_of(request.user)
    if len(scope.units) == 1:
        return HttpResponseRedirect(reverse("reporting:unit", args=[scope.units[0].code]))
    form = PeriodForm(request.GET or None, today=clock.today())
    period = form.chosen()
    measure = boards.chosen_measure(request.GET.get("show", ""))
    keys = None if scope.is_city else scope.keys
    found, counts = (shown := figures(period, keys)), shown.of(scope.keys)
    then = sum_of(totals(period.before(), keys), scope.keys)
    targets, links = Targets.on(period.last), boards.Links(period)
    below = counts.get(measure.denominator.code, 0)
    context = _frame(request, form, period, found, measure) | _ranked(request, scope, found, targets, measure)
    context |= {
        "scope": scope,
        "tiles": boards.tiles_of_board(scope, found, then, targets, links),
        "standing": boards.standing(counts, links, scope.code),
        "trend": boards.trend(found, measure, targets.of(measure.code, None, "")),
        "outlook": _outlook(found, counts, scope.root, {code: targets.of(code, None, "") for code in MAIN}),
        "why": pulls.why(measure, period, keys, below, links, scope.code),
        "refused": boards.refused(counts, links, scope.code),
    }
    return _board(request, "city", context, form)


@reads
@login_required
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """The board of one unit, for its head and leaders and for the city's monitors."""
    scope = scope_of(request.user)
    one = get_unit(scope, code)
    keys = scope.below(one)
    form = PeriodForm(request.GET or None, today=clock.today())
    period = form.chosen()
    measure = boards.chosen_measure(request.GET.get("show", ""))
    found = figures(period, keys)
    counts, then = found.of(keys), sum_of(totals(period.before(), keys), keys)
    targets, links = Targets.on(period.last), boards.Links(period)
    target = targets.of(measure.code, one.pk, one.kind)
    explained = pulls.why(measure, period, keys, counts.get(measure.denominator.code, 0), links, one.code)
    context = _frame(request, form, period, found, measure) | {
        "scope": scope,
        "unit": one,
        "existed": existed(one, period),
        "existed_throughout": existed_throughout(one, period),
        "counted": any(counts.values()),
        "tiles": boards.tiles_of_unit(one, counts, then, targets, links),
        "standing": boards.standing(counts, links, one.code),
        "trend": boards.trend(found, measure, target),
        "outlook": _outlook(found, counts, one, {code: targets.of(code, one.pk, one.kind) for code in MAIN}),
        "why": explained,
        "refused": boards.refused(counts, links, one.code),
        "fields": boards.field_lines(measure, pulls.by_field(explained), target, links, one),
    }
    return _board(request, "unit", context, form)


@reads
@public
def definitions(request: HttpRequest) -> HttpResponse:
    """Every definition, open to everybody: what is counted and how."""
    context = {"measures": MEASURES, "stock": STOCK_MEASURES}
    return render(request, "reporting/boards/definitions.html", context)


@reads
@public
def sealed(request: HttpRequest) -> HttpResponse:
    """The sealed months with their digests, open to everybody: whoever noted one can tell an edited month."""
    found = state()
    context = {"seals": closing.sealed_months(), "state": found, "faults": closing.fault_lines(found)}
    return render(request, "reporting/boards/sealed.html", context)


def _outlook(
    found: Figures, counts: Counts, unit: Unit, targets: dict[str, Target | None]
) -> outlook.Outlook | None:
    """The projection; the calendar is read only for a period that still runs."""
    today = clock.today()
    if not found.period.first <= today <= found.period.last:
        return None
    return outlook.outlook(found.period, today, found.by_day, counts, targets, calendar_for(unit))


def _frame(
    request: HttpRequest, form: PeriodForm, period: Period, found: Figures, measure: Measure
) -> dict[str, Any]:
    return {
        "form": form.shown(),
        "period": period,
        "earlier": period.before(),
        "presets": [(preset.value, preset.label, preset is period.preset) for preset in Preset],
        "figures": found,
        "is_future": period.first > clock.today(),
        "measure": measure,
        "options": boards.options(),
        "query": cast(Any, request.GET).urlencode(),
    }


def _ranked(
    request: HttpRequest, scope: Scope, found: Figures, targets: Targets, measure: Measure
) -> dict[str, Any]:
    links = boards.Links(found.period)
    sort = request.GET.get("sort", "")
    sort = sort if sort in ranking.SORTS else "online"
    descending = request.GET.get("dir", "asc" if sort == "name" else "desc") != "asc"
    group = request.GET.get("group", "")
    everyone = ranking.rows(scope, found, targets, links, sort=sort, descending=descending)
    shown = everyone
    if group in boards.GROUPS:
        shown = ranking.rows(scope, found, targets, links, group, sort=sort, descending=descending)
    reds = ranking.red_list(everyone, links)
    whole_list = request.GET.get("red") == "all"
    return {
        "rows": shown,
        "group": group if group in boards.GROUPS else "",
        "groups": [("", ""), *boards.GROUP_LABELS.items()],
        "columns": _columns(sort, descending=descending),
        "reds": reds if whole_list else reds[: ranking.RED_SHOWN],
        "red_total": len(reds),
        "map": ranking.tile_map(everyone, measure),
    }


def _columns(sort: str, *, descending: bool) -> list[tuple[str, str, str, str]]:
    """For each column: its key, title, the direction a click asks for, and its aria-sort."""
    titles = {"name": _("Tên đơn vị"), "received": _("Đã tiếp nhận")} | {
        code: MEASURE_BY_CODE[code].name for code in MAIN
    }
    found = []
    for key, title in titles.items():
        here = key == sort
        wanted = ("asc" if descending else "desc") if here else ("asc" if key == "name" else "desc")
        aria = ("descending" if descending else "ascending") if here else ""
        found.append((key, title, wanted, aria))
    return found


def _board(request: HttpRequest, name: str, context: dict[str, Any], form: PeriodForm) -> HttpResponse:
    """The page, or the board alone for htmx; 422 when the asked days were wrong."""
    htmx: Any = getattr(request, "htmx", False)
    template = f"reporting/boards/_{name}.html" if htmx else f"reporting/boards/{name}.html"
    wrong = form.is_bound and not form.is_valid()
    return render(request, template, context, status=422 if wrong else 200)
