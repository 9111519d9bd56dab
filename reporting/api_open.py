# ruff: noqa: ARG001 - ninja hands over request and response by these names
"""Open data of the figures: a year by month, unit and indicator, small cells withheld so that no total gives one away.

The addresses are stable: a column may be added at the end, none is renamed or taken away.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Schema

from portal.lib import clock
from procedures.api import api, open_data
from reporting.api import Words
from reporting.openness import HEADER, LICENCE, Year, indicators, lines, year_of, years
from reporting.suppression import SMALL
from reporting.wording import in_both


class OpenIndicator(Schema):
    """An indicator of the open data; the full definition is at `/indicators`."""

    code: str
    version: int
    title: Words
    wording: Words


class OpenDataIndex(Schema):
    """What there is. Cells of fewer than `withheld_below` dossiers are withheld."""

    years: list[int]
    indicators: list[OpenIndicator]
    licence: Words
    withheld_below: int
    columns: list[str]
    files: list[str]


class OpenLine(Schema):
    """One line. `period` is a month (2026-10) or a year; `status` published, suppressed or no_data."""

    period: str
    unit_code: str
    unit_name: str
    indicator: str
    version: int
    numerator: int | None
    denominator: int | None
    value: float | None
    status: str


class OpenYear(Schema):
    """A year. `counted_at`: when; `complete` false: some days are still being counted."""

    year: int
    counted_at: str
    complete: bool
    licence: Words
    count: int
    results: list[OpenLine]


def _year(year: int) -> Year:
    if year not in years(clock.today()):
        raise Http404
    return year_of(year)


@api.get("/open-data", response=OpenDataIndex, summary="Dữ liệu mở: có những gì / Open data: what there is")
@open_data
def open_index(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    """Years, indicators with their definitions, licence, columns, and the addresses of the files."""
    known = years(clock.today())
    return {
        "years": known,
        "indicators": [
            {
                "code": one.code,
                "version": one.version,
                "title": in_both(one.title),
                "wording": in_both(one.wording),
            }
            for one in indicators()
        ],
        "licence": in_both(LICENCE),
        "withheld_below": SMALL,
        "columns": HEADER,
        "files": [f"/api/v1/open-data/{year}/figures.{form}" for year in known for form in ("csv", "json")],
    }


@api.get(
    "/open-data/{int:year}/figures.json", response=OpenYear, summary="Số liệu một năm, JSON / A year, JSON"
)
@open_data
def open_json(request: HttpRequest, response: HttpResponse, year: int) -> dict[str, Any]:
    """Every month of a year and the year itself, by unit and indicator."""
    found = _year(year)
    rows = lines(found)
    return {
        "year": year,
        "counted_at": found.at.isoformat(timespec="seconds"),
        "complete": found.complete,
        "licence": in_both(LICENCE),
        "count": len(rows),
        "results": rows,
    }


@api.get("/open-data/{int:year}/figures.csv", summary="Số liệu một năm, CSV / A year, CSV")
@open_data
def open_csv(request: HttpRequest, response: HttpResponse, year: int) -> HttpResponse:
    """The same as CSV (UTF-8)."""
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADER)
    writer.writeheader()
    writer.writerows(lines(_year(year)))
    answer = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="hanoi-{year}.csv"'
    for header in ("Cache-Control", "Access-Control-Allow-Origin", "Cross-Origin-Resource-Policy"):
        answer[header] = response[header]
    return answer
