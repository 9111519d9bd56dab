"""The first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.accounts.models import Unit, UnitKind
from portal.lib.reads_writes import public, reads
from procedures.events import events
from procedures.filters import Wanted
from procedures.querysets import catalogue
from procedures.views.caching import conditional
from procedures.views.sheet import month_text

POPULAR = 10
FIELDS = 12
FIRST_EVENTS = (
    "sinh-con",
    "ket-hon",
    "qua-doi",
    "chuyen-nha",
    "xay-nha",
    "di-hoc",
    "khuyet-tat",
    "mo-ho-kinh-doanh",
)


@public
@reads
@conditional
def home(request: HttpRequest) -> HttpResponse:
    """Search, what people ask for most (what can be filed here first), and counts from the database."""
    known = catalogue()
    kinds = list(Unit.objects.values_list("kind", flat=True))
    context = {
        "wanted": Wanted(),
        "events": [event for event in events().values() if event.code in FIRST_EVENTS],
        "popular": known.entries[:POPULAR],
        "fields": known.popular_fields[:FIELDS],
        "filable": known.filable,
        "procedure_count": len(known.entries),
        "configured_count": sum(entry.configured for entry in known.entries),
        "as_of": month_text(max((entry.as_of for entry in known.entries), default="")),
        "commune_count": kinds.count(UnitKind.COMMUNE),
        "branch_count": kinds.count(UnitKind.BRANCH),
    }
    return render(request, "home.html", context)
