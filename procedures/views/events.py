"""Procedures by event of life or business: what to do when a child is born, a shop is opened, somebody dies."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.lib.reads_writes import public, reads
from procedures.bundles import bundles
from procedures.events import events, events_of
from procedures.querysets import catalogue
from procedures.views.caching import conditional


@public
@reads
@conditional
def listing(request: HttpRequest) -> HttpResponse:
    """All events, those of life and those of business."""
    context = {"life": events_of("life"), "business": events_of("business")}
    return render(request, "procedures/events/listing.html", context)


@public
@reads
@conditional
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One event: what comes first, what follows, and what can be done in one filing."""
    event = events().get(code)
    if event is None:
        raise Http404(_("Không có sự kiện này."))
    known = catalogue().by_code
    context = {
        "event": event,
        "groups": [
            (group.title, [known[procedure] for procedure in group.codes if procedure in known])
            for group in event.steps
        ],
        "bundle": bundles()[event.bundle] if event.bundle else None,
    }
    return render(request, "procedures/events/detail.html", context)
