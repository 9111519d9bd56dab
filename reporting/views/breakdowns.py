"""The boards by field and by procedure."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.lib import clock
from portal.lib.reads_writes import reads
from reporting import breakdowns
from reporting.access import scope_of
from reporting.breakdowns import Asked
from reporting.forms import PeriodForm
from reporting.measures import MAIN, MEASURE_BY_CODE
from reporting.periods import Preset


@reads
@login_required
def fields(request: HttpRequest) -> HttpResponse:
    """Every field of administration with the city's targets."""
    form, asked = _asked(request, Q(), {})
    now, then, targets = asked.now(), asked.then(), asked.targets()
    context = _frame(request, form, asked) | {
        "rows": breakdowns.by_field(asked, now, then, targets),
        "behind": now.behind,
    }
    return _page(request, "fields", context, form)


@reads
@login_required
def field(request: HttpRequest, code: str) -> HttpResponse:
    """One field: figures, trend, its procedures, the units."""
    one = breakdowns.get_field(code)
    form, asked = _asked(request, Q(procedure__field__code=code), {"field": code})
    now, then, targets = asked.now(), asked.then(), asked.targets()
    counts = breakdowns.total(now)
    context = _frame(request, form, asked) | {
        "field": one,
        "tiles": breakdowns.tiles(asked, counts, breakdowns.total(then), targets),
        "trend": breakdowns.trend(asked, now, targets.get(asked.measure.code)),
        "rows": breakdowns.of_procedures(asked, now, then, targets),
        "units": breakdowns.of_units(asked, counts),
        "behind": now.behind,
    }
    return _page(request, "field", context, form)


@reads
@login_required
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """One procedure: figures, trend, the units."""
    one = breakdowns.get_procedure(code)
    form, asked = _asked(request, Q(procedure__code=code), {"procedure": code})
    now, then, targets = asked.now(), asked.then(), asked.targets()
    counts = breakdowns.total(now)
    context = _frame(request, form, asked) | {
        "procedure": one,
        "tiles": breakdowns.tiles(asked, counts, breakdowns.total(then), targets),
        "trend": breakdowns.trend(asked, now, targets.get(asked.measure.code)),
        "units": breakdowns.of_units(asked, counts),
        "behind": now.behind,
    }
    return _page(request, "procedure", context, form)


def _asked(request: HttpRequest, narrow: Q, where: dict[str, str]) -> tuple[PeriodForm, Asked]:
    scope = scope_of(request.user)
    form = PeriodForm(request.GET or None, today=clock.today())
    code = request.GET.get("show", "")
    measure = MEASURE_BY_CODE[code if code in MAIN else "online"]
    return form, Asked(scope, form.chosen(), measure, narrow, where)


def _frame(request: HttpRequest, form: PeriodForm, asked: Asked) -> dict[str, Any]:
    return {
        "scope": asked.scope,
        "form": form.shown(),
        "period": asked.period,
        "earlier": asked.period.before(),
        "presets": [(preset.value, preset.label, preset is asked.period.preset) for preset in Preset],
        "measure": asked.measure,
        "options": [(code, MEASURE_BY_CODE[code].name) for code in MAIN],
        "columns": [MEASURE_BY_CODE[code].name for code in MAIN],
        "moment": clock.now(),
        "is_future": asked.period.first > clock.today(),
        "query": cast(Any, request.GET).urlencode(),
    }


def _page(request: HttpRequest, name: str, context: dict[str, Any], form: PeriodForm) -> HttpResponse:
    """The page, or the board alone for htmx; 422 when the asked days were wrong."""
    htmx: Any = getattr(request, "htmx", False)
    template = f"reporting/breakdowns/_{name}.html" if htmx else f"reporting/breakdowns/{name}.html"
    wrong = form.is_bound and not form.is_valid()
    return render(request, template, context, status=422 if wrong else 200)
