"""The configuration board for everybody: how far the catalogue is, what is missing, what is wrong."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.lib.reads_writes import public, reads
from procedures.access import can_edit
from procedures.board import FIGURES, SETUPS, TITLES, Board, board
from procedures.models import Setup
from procedures.quality import LINT, MENDED_AT
from procedures.querysets import MISSING
from procedures.sufficiency import REASONS
from procedures.views.caching import conditional

PER_PAGE = 50
# Where the editor mends what a list shows; "" is the draft as a whole.
_MENDED_AT = {
    **{f"loi-{code}": part for code, part in MENDED_AT.items()},
    "thieu-time": "times",
    "thieu-city_time": "times",
    "thieu-time_unit": "times",
    "thieu-channels": "times",
    "thieu-fee": "fees",
    "thieu-city_fee": "fees",
    "thieu-papers": "papers",
    "thieu-paper_counts": "papers",
    "thieu-result": "results",
    "thieu-legal_basis": "rules",
    "thieu-online_level": "rules",
    "thieu-form": "form",
    "thieu-process": "steps",
}


@public
@reads
def overview(request: HttpRequest) -> HttpResponse:
    """Counts of every list, each linked to it, and the shares other apps count now."""
    found = board()
    tones = {Setup.FULL: "good", Setup.GENERIC: "warn", Setup.INCOMPLETE: "bad"}
    context = {
        "total": found.total,
        "setups": [
            _line(found, str(setup)) | {"note": SETUPS[setup], "tone": tones[setup]} for setup in Setup
        ],
        "reasons": _lines(found, "ly-do-", [code for code in REASONS if code != "gone"]),
        "missing": _lines(found, "thieu-", list(MISSING)),
        "lint": _lines(found, "loi-", list(LINT)),
        "figures": [figure for figures in FIGURES for figure in figures()],
    }
    return render(request, "procedures/board/overview.html", context)


def _lines(found: Board, prefix: str, codes: list[str]) -> list[dict[str, Any]]:
    return [_line(found, prefix + code) for code in codes]


def _line(found: Board, code: str) -> dict[str, Any]:
    return {"code": code, "title": TITLES[code], "count": found.count(code)}


@public
@reads
@conditional
def listing(request: HttpRequest, what: str) -> HttpResponse:
    """The procedures of one list, with what was found at each."""
    if what not in TITLES:
        raise Http404(_("Không có danh sách này."))
    page = Paginator(board().lists[what], PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": TITLES[what],
        "page": page,
        "mend": can_edit(request.user),
        "part": _MENDED_AT.get(what, ""),
    }
    return render(request, "procedures/board/listing.html", context)
