"""Where to go: wards and communes, the Centre and its branches."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.accounts.former import named
from portal.accounts.models import Unit, UnitKind
from portal.lib import clock
from portal.lib.reads_writes import public, reads
from procedures.filters import Wanted
from procedures.opening import stated
from procedures.places import find_units, predecessors
from procedures.querysets import catalogue
from procedures.views.caching import conditional


@public
@reads
@conditional
def listing(request: HttpRequest) -> HttpResponse:
    """All places, or those that fit a name, old or new; `thu-tuc` keeps the procedure one came from in sight."""
    units = catalogue().places
    query = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:80]
    context = {
        "query": query,
        "found": find_units(units, query) if query else [],
        "divided": _divided(query),
        "centre": [unit for unit in units if unit.kind == UnitKind.CENTRE],
        "branches": sorted(
            (unit for unit in units if unit.kind == UnitKind.BRANCH), key=lambda unit: unit.code
        ),
        "wards": [unit for unit in units if unit.kind == UnitKind.COMMUNE and unit.is_ward],
        "communes": [unit for unit in units if unit.kind == UnitKind.COMMUNE and not unit.is_ward],
        "procedure": catalogue().by_code.get(request.GET.get("thu-tuc", "")),
    }
    return render(request, "procedures/units/listing.html", context)


def _divided(query: str) -> str:
    """What to say of an old name whose territory was divided: the parts, and that street or hamlet decides; else ""."""
    former = named(query) if query else None
    return former.said if former is not None and not former.code else ""


@public
@reads
@conditional
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One place: address and hours as far as known, the former units it took over, what one can do there."""
    unit = Unit.objects.valid_on(clock.today()).select_related("parent").filter(code=code).first()
    if unit is None:
        raise Http404(_("Không có đơn vị mang mã này."))
    level = "commune" if unit.kind == UnitKind.COMMUNE else ""
    context = {
        "unit": unit,
        "former": predecessors(unit.code),
        "level": level,
        "count": len(catalogue().find(Wanted(level=level))),
        "is_sample": unit.kind == UnitKind.BRANCH,
        "hours": stated(unit),
        "hours_ordered": len(unit.office_hours) > 1,
    }
    return render(request, "procedures/units/detail.html", context)
