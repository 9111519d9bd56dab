"""The public catalogue: the list with search and filters, and a procedure's page."""

from __future__ import annotations

import re
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from portal.accounts.models import UnitKind
from portal.lib import clock
from portal.lib.reads_writes import public, reads
from procedures.access import find_procedure, get_procedure
from procedures.codes import meant
from procedures.events import events_named
from procedures.filters import Wanted, relaxed
from procedures.levels import shown_at
from procedures.models import Procedure
from procedures.querysets import Catalogue, catalogue, version_with_parts
from procedures.suggesting import meant_by, near_words
from procedures.views import calculator, filtering, here, sheet
from procedures.views.caching import conditional

PAGE_SIZE = 20


@public
@reads
@conditional
def listing(request: HttpRequest) -> HttpResponse:
    """All procedures, searched and filtered, twenty a page. A bad filter or page number shows the nearest good one."""
    known = catalogue()
    asked = filtering.asked(request, known)
    wanted = asked.wanted
    found, counts = known.narrow(wanted, is_open=asked.is_open, levels=asked.levels)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    if asked.levels:
        page.object_list = shown_at(page.object_list, asked.levels)
    context = {
        "wanted": wanted,
        "place": asked.place,
        "opening": asked.opening,
        "page": page,
        "total": len(found),
        "meant": meant_by(known, wanted.query, found) if wanted.query else "",
        "choices": filtering.choices(wanted, counts, known),
        "ready_count": counts.get("configured", {}).get("yes", 0),
        "chips": filtering.chips(request, wanted, asked.place, known),
        "events": events_named(wanted.query)[:2] if wanted.query else [],
    }
    if not found:
        context |= _nothing(request, known, asked)
    return render(request, "procedures/browse/listing.html", context)


def _nothing(request: HttpRequest, known: Catalogue, asked: filtering.Asked) -> dict[str, Any]:
    """Ways on from an empty list: a filter to drop, the nearest procedures and words, and where to ask."""
    wanted = asked.wanted
    words = filtering.said(wanted, asked.place, known)

    def left(other: Wanted) -> int:
        return len(known.narrow(other, is_open=asked.is_open, levels=asked.levels)[0])

    looser = [
        (words[name], filtering.without(request, name), left(other))
        for name, other in relaxed(wanted)
        if name in words
    ]
    return {
        "looser": [row for row in looser if row[2]],
        "nearest": known.find(wanted.without_filters())[:5] if wanted.query else [],
        "near_words": near_words(known, wanted.query),
        "popular": known.entries[:5],
        "help": next((unit for unit in known.places if unit.kind == UnitKind.CENTRE), None),
    }


@public
@reads
@conditional
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One procedure. A code damaged by a spreadsheet or carrying an agency's suffix is sent on to the right one."""
    known = catalogue()
    if code not in known.by_code:
        right = meant(code)
        if right in known.by_code:
            return redirect("procedures:detail", right)
        if (gone := find_procedure(right or code)) is not None:
            return _withdrawn(request, known, gone)
        return _unknown(request, known, code)
    procedure = get_procedure(code)
    version = version_with_parts(procedure, clock.today())
    context = sheet.context(procedure, version, known.by_code[code])
    context |= calculator.piece(version, known.by_code[code])
    context |= here.context(request, version)
    return render(request, "procedures/browse/detail.html", context)


def _withdrawn(request: HttpRequest, known: Catalogue, procedure: Procedure) -> HttpResponse:
    """A procedure that is not done any more says so, by which decision, and what is done instead."""
    successor = procedure.successor
    context = {"procedure": procedure, "successor": successor and known.by_code.get(successor.code)}
    return render(request, "procedures/browse/withdrawn.html", context, status=410)


def _unknown(request: HttpRequest, known: Catalogue, code: str) -> HttpResponse:
    """404 with a way on: the nearest codes, or what a search for the text finds."""
    shown = code.replace("\x00", "")[:40]
    near = known.near(shown) if re.match(r"^[\d.,]+$", shown) else known.find(Wanted(query=shown))[:5]
    context = {"code": shown, "near": near[:5], "popular": [] if near else known.entries[:5]}
    return render(request, "procedures/browse/unknown.html", context, status=404)
