"""The figures for everybody: the page of transparency, and the widget other sites frame."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt

from portal.accounts.models import Unit
from portal.lib import clock
from portal.lib.reads_writes import public, reads
from procedures.places import find_units
from reporting import openness
from reporting.forms import OpenUnitsForm
from reporting.openness import Indicator, Year
from reporting.suppression import SMALL, Pair
from reporting.wording import share_text, whole

WIDGET = ("online", "on-time", "satisfaction")
WIDGET_SECONDS = 600
# Framed by any site; runs nothing, sends nothing, loads its own sheet only.
WIDGET_POLICY = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'; "
    "frame-ancestors *"
)


@dataclass(frozen=True)
class Shown:
    """A cell in words: the share, and the numbers it is divided from (empty where there are none to show)."""

    text: str
    numbers: str = ""

    @classmethod
    def of(cls, found: Year, code: str, unit: int | None, month: datetime.date | None) -> Shown:
        """A cell of the published year."""
        pair = found.pair(code, unit, month)
        if pair is None:
            return cls(_("Không công bố"))
        if not pair.below:
            return cls(_("Chưa có dữ liệu"))
        return cls(share_text(pair.above / pair.below), f"{whole(pair.above)} / {whole(pair.below)}")


def _asked_year(request: HttpRequest) -> int:
    known = openness.years(clock.today())
    text = request.GET.get("nam", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else known[0]
    if year not in known:
        raise Http404(_("Không có số liệu của năm này."))
    return year


def _asked_month(request: HttpRequest, found: Year) -> datetime.date | None:
    """The month chosen; None for the whole year, also when the address names none of its months."""
    return next((month for month in found.months if f"{month:%Y-%m}" == request.GET.get("thang")), None)


@reads
@public
def transparency(request: HttpRequest) -> HttpResponse:
    """The city this month, last month and this year; every unit of a month or the year; open data; the widget."""
    found = openness.year_of(_asked_year(request))
    month = _asked_month(request, found)
    indicators = openness.indicators()
    latest = found.months[-2:][::-1]  # this month and the last one, as far as they lie in the year
    context: dict[str, Any] = {
        "found": found,
        "month": month,
        "latest": latest,
        "indicators": indicators,
        "city": [_city_line(found, one, latest) for one in indicators],
        "trend": [
            (one, [Shown.of(found, each.code, None, one) for each in indicators]) for one in found.months
        ],
        **_units(request, found, month, indicators),
        "years": openness.years(clock.today()),
        "late": _count(found.late_now),
        "open": _count(found.open_now),
        "few": SMALL,
        "licence": openness.LICENCE,
        "snippet": snippet("", translation.get_language() or "vi"),
    }
    response = render(request, "reporting/public/transparency.html", context)
    response["Cache-Control"] = f"public, max-age={openness.KEPT_SECONDS}"
    return response


def _units(
    request: HttpRequest, found: Year, month: datetime.date | None, every: list[Indicator]
) -> dict[str, Any]:
    """The table of units: all of them or those a name of today or before finds, by every indicator or ranked by one.

    What is withheld or not there stands last, whatever it is.
    """
    form = OpenUnitsForm(request.GET or None, indicators=every)
    name, code = form.asked()
    units = openness.unit_rows(found)
    ranked = bool(code) and not name
    if name:
        units = [one.unit for one in find_units(units, name)]
    shown = [one for one in every if code in ("", one.code)]
    if ranked:
        units.sort(key=lambda unit: _share_key(found.pair(code, unit.pk, month)))
    rows = [(unit, [Shown.of(found, one.code, unit.pk, month) for one in shown]) for unit in units]
    return {"form": form, "units": rows, "columns": shown, "sought": name, "ranked": ranked}


def _share_key(pair: Pair | None) -> tuple[bool, float]:
    return (False, -pair.above / pair.below) if pair and pair.below else (True, 0.0)


def _city_line(found: Year, one: Indicator, latest: tuple[datetime.date, ...]) -> dict[str, Any]:
    return {
        "indicator": one,
        "year": Shown.of(found, one.code, None, None),
        "months": [(month, Shown.of(found, one.code, None, month)) for month in latest],
    }


def _count(number: int | None) -> str:
    """A count of what stands now; a few are not told apart, empty for a year that is over."""
    if number is None:
        return ""
    return _("dưới %(few)s") % {"few": SMALL} if openness.is_few(number) else whole(number)


def snippet(unit: str, language: str) -> str:
    """The one line another site pastes."""
    address = settings.PUBLIC_URL + reverse("reporting:widget") + f"?lang={language}"
    if unit:
        address += f"&amp;unit={unit}"
    title = _("Số liệu thủ tục hành chính Hà Nội")
    return f'<iframe src="{address}" title="{title}" width="320" height="480" loading="lazy"></iframe>'


@xframe_options_exempt
@reads
@public
def widget(request: HttpRequest) -> HttpResponse:
    """A small page for frames: three figures of the city or of one unit; `lang` and `unit` in the address."""
    language = request.GET.get("lang", "vi")
    language = language if language in dict(settings.LANGUAGES) else "vi"
    unit = _widget_unit(request.GET.get("unit", ""))
    found = openness.year_of(clock.today().year)
    with translation.override(language):
        known = {one.code: one for one in openness.indicators()}
        month = found.months[-2] if len(found.months) > 1 else None
        context = {
            "unit": unit,
            "language": language,
            "month": month,
            "year": found.year,
            "found": found,
            "rows": [_widget_row(found, known[code], unit.pk if unit else None, month) for code in WIDGET],
            "home": settings.PUBLIC_URL + reverse("reporting:transparency"),
        }
        response = render(request, "reporting/public/widget.html", context)
    response["Content-Language"] = language
    response["Content-Security-Policy"] = WIDGET_POLICY
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Cache-Control"] = f"public, max-age={WIDGET_SECONDS}"
    return response


def _widget_unit(code: str) -> Unit | None:
    if not code:
        return None
    unit = Unit.objects.filter(code=code[:20]).exclude(kind="city").first()
    if unit is None:
        raise Http404(_("Không tìm thấy đơn vị này."))
    return unit


def _widget_row(found: Year, one: Indicator, unit: int | None, month: datetime.date | None) -> dict[str, Any]:
    return {
        "indicator": one,
        "year": Shown.of(found, one.code, unit, None),
        "month": Shown.of(found, one.code, unit, month) if month else None,
    }
