"""The whole catalogue for everybody to take home."""

from __future__ import annotations

import hashlib
from threading import Lock
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import condition

from portal.lib import clock
from portal.lib.reads_writes import public, reads
from procedures import exporting
from procedures.querysets import catalogue
from procedures.views.caching import MAX_AGE_SECONDS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_lock = Lock()
_held: tuple[str, bytes] = ("", b"")


def _etag(_request: HttpRequest, **_kwargs: Any) -> str:
    return f'"{hashlib.sha256(catalogue().stamp.encode()).hexdigest()[:32]}"'


@public
@reads
@condition(etag_func=_etag)
def as_json(_request: HttpRequest) -> HttpResponseBase:
    """JSON, sent while it is read."""
    response = StreamingHttpResponse(exporting.as_json(), content_type="application/json; charset=utf-8")
    return _named(response, "json")


@public
@reads
@condition(etag_func=_etag)
def as_workbook(_request: HttpRequest) -> HttpResponseBase:
    """A workbook, made once for each state of the catalogue."""
    global _held
    stamp = catalogue().stamp
    with _lock:
        if _held[0] != stamp:
            _held = (stamp, exporting.as_workbook())
        content = _held[1]
    return _named(HttpResponse(content, content_type=XLSX), "xlsx")


def _named(response: HttpResponseBase, kind: str) -> HttpResponseBase:
    name = f"danh-muc-thu-tuc-{clock.today():%Y-%m-%d}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    response["Access-Control-Allow-Origin"] = "*"
    return response
