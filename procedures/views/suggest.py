"""Suggestions while typing: a small answer for htmx, a plain search for everybody else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from portal.lib.reads_writes import public, reads
from procedures.querysets import catalogue
from procedures.suggesting import suggest
from procedures.views import browse
from procedures.views.caching import conditional
from procedures.views.reading import query_of


@public
@reads
def suggestions(request: HttpRequest) -> HttpResponseBase:
    """What fits the text `q` so far; an address somebody opened by hand shows the search itself."""
    response = _suggested(request) if request.htmx else browse.listing(request)  # type: ignore[attr-defined]
    patch_vary_headers(response, ["HX-Request"])
    return response


@conditional
def _suggested(request: HttpRequest) -> HttpResponse:
    found = suggest(catalogue(), query_of(request))
    return render(request, "procedures/browse/_suggestions.html", {"found": found})
