"""The public catalogue: the list with search and filters, and a procedure's page."""

from __future__ import annotations

import re

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.lib import clock
from portal.lib.reads_writes import public, reads
from procedures.access import get_procedure
from procedures.querysets import Catalogue, Entry, FieldEntry, Wanted, catalogue, version_with_parts
from procedures.search import LONGEST_QUERY
from procedures.views import sheet
from procedures.views.caching import conditional

PAGE_SIZE = 20
_WITH_SUFFIX = re.compile(r"^(\d\.\d{6})\.[\d.]*(H\d\d)?$")
_DAMAGED = re.compile(r"^(\d)[.,]?(\d{1,6})$")


@public
@reads
@conditional
def listing(request: HttpRequest) -> HttpResponse:
    """All procedures, searched and filtered, twenty a page. A bad filter or page number shows the nearest good one."""
    known = catalogue()
    wanted = _wanted(request, known)
    found = known.find(wanted)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "wanted": wanted,
        "page": page,
        "total": len(found),
        "field_options": _field_options(known.fields, wanted.field),
        "levels": [("commune", _("Xã, phường")), ("province", _("Thành phố (sở, ngành)"))],
        "channels": [
            ("online", _("Trực tuyến")),
            ("counter", _("Trực tiếp tại quầy")),
            ("post", _("Bưu chính")),
        ],
        "applicants": [("citizen", _("Cá nhân")), ("organisation", _("Tổ chức, doanh nghiệp"))],
        "suggestions": [] if found else _suggestions(known, wanted),
        "without_filters": Wanted(query=wanted.query) if wanted != Wanted(query=wanted.query) else None,
    }
    return render(request, "procedures/browse/listing.html", context)


def _wanted(request: HttpRequest, known: Catalogue) -> Wanted:
    """The query, with values that are not on offer dropped."""

    def chosen(name: str, offered: set[str]) -> str:
        value = request.GET.get(name, "")
        return value if value in offered else ""

    return Wanted(
        query=" ".join(request.GET.get("q", "").replace("\x00", " ").split())[:LONGEST_QUERY],
        field=chosen("field", {field.code for field in known.fields}),
        level=chosen("level", {"commune", "province"}),
        channel=chosen("channel", {"online", "counter", "post"}),
        applicant=chosen("for", {"citizen", "organisation"}),
        configured=bool(chosen("ready", {"1"})),
    )


def _field_options(fields: list[FieldEntry], chosen: str) -> SafeString:
    """The options of the field filter; ready-made text, since a hundred and sixty of them stand on every list."""

    def options(official: bool) -> SafeString:
        rows = (
            (
                row.code,
                SafeString(" selected" if row.code == chosen else ""),
                row.label,
                row.count,
            )
            for row in fields
            if row.is_official is official
        )
        return format_html_join("", '<option value="{}"{}>{} ({})</option>', rows)

    return format_html(
        '{}<optgroup label="{}">{}</optgroup>',
        options(True),
        _("Nhóm ngành, chưa xếp lĩnh vực"),
        options(False),
    )


def _suggestions(known: Catalogue, wanted: Wanted) -> list[Entry]:
    """What to offer when nothing was found: the same words without filters, else what people ask for most."""
    return (known.find(Wanted(query=wanted.query)) or known.entries)[:5]


@public
@reads
@conditional
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One procedure. A code damaged by a spreadsheet or carrying an agency's suffix is sent on to the right one."""
    known = catalogue()
    if code not in known.by_code:
        meant = _meant(code)
        if meant in known.by_code:
            return redirect("procedures:detail", meant)
        return _unknown(request, known, code)
    procedure = get_procedure(code)
    version = version_with_parts(procedure, clock.today())
    context = sheet.context(procedure, version, known.by_code[code])
    return render(request, "procedures/browse/detail.html", context)


def _meant(code: str) -> str:
    """The code a damaged or suffixed spelling stands for; "" when it is none."""
    code = code.strip().rstrip("/").strip()
    if suffixed := _WITH_SUFFIX.match(code):
        return suffixed.group(1)
    if damaged := _DAMAGED.match(code):
        return f"{damaged.group(1)}.{damaged.group(2).ljust(6, '0')}"
    return ""


def _unknown(request: HttpRequest, known: Catalogue, code: str) -> HttpResponse:
    """404 with a way on: the nearest codes, or what a search for the text finds."""
    shown = code.replace("\x00", "")[:40]
    near = known.near(shown) if re.match(r"^[\d.,]+$", shown) else known.find(Wanted(query=shown))[:5]
    context = {"code": shown, "near": near[:5], "popular": [] if near else known.entries[:5]}
    return render(request, "procedures/browse/unknown.html", context, status=404)
