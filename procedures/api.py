# ruff: noqa: ARG001 - ninja hands over request and response by these names
"""The public read-only API, described by OpenAPI at /api/v1/openapi.json.

Open data: no key, cacheable, callable from other sites. Errors are JSON in both languages:
{"error": {"code", "vi", "en", "fields": [{"name", "message"}]}}.
"""

from __future__ import annotations

import datetime
import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import conditional_page
from ninja import NinjaAPI, Query
from ninja.errors import HttpError, ValidationError

from portal.accounts.former import plain
from portal.accounts.models import Unit
from portal.lib import clock
from portal.lib.text import fold
from procedures import audit
from procedures.api_schemas import ErrorAnswer, FeeData, ProcedureData, ProcedureList, UnitList
from procedures.filters import Wanted
from procedures.models import Procedure
from procedures.open_data import detail, levels_on, row
from procedures.places import find_units
from procedures.querysets import catalogue, version_with_parts

MAX_LIMIT = 100
CACHE_SECONDS = 300

api = NinjaAPI(
    title="Cổng Dịch vụ công Hà Nội – dữ liệu mở",
    version="1.0",
    description="Danh mục thủ tục hành chính và đơn vị. Catalogue of administrative procedures and units; read-only.",
    docs_url=None,  # the documentation page needs scripts of a third party; the description itself is enough
    urls_namespace="api",
)


def answers(schema: Any, *, not_found: bool = False) -> dict[int, Any]:
    """The schema of an operation by status: what it answers, and the one shape of every error."""
    return {200: schema, **({404: ErrorAnswer} if not_found else {}), 422: ErrorAnswer}


def _open(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark an operation's answers as public: cacheable and readable by other sites."""

    @wraps(view)
    def wrapped(request: HttpRequest, response: HttpResponse, **kwargs: Any) -> Any:
        response["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
        response["Access-Control-Allow-Origin"] = "*"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return view(request, response, **kwargs)

    # The names of its annotations are those of the module the operation stands in, not of this one.
    wrapped.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
    return wrapped


open_data = _open


@api.get("/procedures", response=answers(ProcedureList), summary="Tìm thủ tục / Search procedures")
@_open
def procedures(
    request: HttpRequest,
    response: HttpResponse,
    q: Annotated[
        str, Query(max_length=10_000, description="Words, with or without diacritics, or a code")
    ] = "",
    field: Annotated[str, Query(max_length=200, description="Code or exact name of a field")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 20,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> dict[str, Any]:
    """Procedures that fit, best first; everything when `q` is empty."""
    known = catalogue()
    code = next((f.code for f in known.fields if field and field in (f.code, f.name)), "")
    if field and not code:
        return {"count": 0, "next": None, "results": []}
    query = " ".join(q.replace("\x00", " ").split())
    found = known.find(Wanted(query=query, field=code))
    after = request.GET.copy()
    after["offset"] = str(offset + limit)
    return {
        "count": len(found),
        "next": f"{request.path}?{after.urlencode()}" if offset + limit < len(found) else None,
        "results": [row(entry) for entry in found[offset : offset + limit]],
    }


@api.get(
    "/procedures/{code}",
    response=answers(ProcedureData, not_found=True),
    summary="Một thủ tục / One procedure",
)
@_open
def procedure(request: HttpRequest, response: HttpResponse, code: str) -> dict[str, Any]:
    """Everything known of the procedure `code`, from the version in force today."""
    entry = catalogue().by_code.get(code)
    if entry is None:
        raise Http404
    version = version_with_parts(Procedure(pk=entry.pk), clock.today())
    return detail(entry, version, levels_on(clock.today(), [entry.pk])[entry.pk])


@api.get(
    "/procedures/{code}/fee",
    response=answers(FeeData, not_found=True),
    summary="Kiểm tra cách tính phí / Check the fee calculator",
)
@_open
def fee(
    request: HttpRequest,
    response: HttpResponse,
    code: str,
    channel: Annotated[Literal["online", "counter", "post"], Query()] = "online",
    pages: Annotated[int | None, Query(ge=1, le=100_000, description="Pages of the original")] = None,
    copies: Annotated[int | None, Query(ge=0, le=10_000)] = None,
    date: Annotated[datetime.date | None, Query(description="Day of filing; today when not given")] = None,
    case: Annotated[str, Query(max_length=60, description="Code of the case")] = "",
    exemption: Annotated[str, Query(max_length=60, description="Code of the exempt group")] = "",
) -> dict[str, Any]:
    """The lines of the fee on a day, each with its rule and source: the same calculation a dossier gets."""
    if code not in catalogue().by_code:
        raise Http404
    question = audit.Question(channel, date or clock.today(), pages, copies, case, exemption)
    return audit.answer(code, question)


@api.get("/units", response=answers(UnitList), summary="Đơn vị / Units")
@_open
def units(
    request: HttpRequest,
    response: HttpResponse,
    kind: Annotated[Literal["", "city", "centre", "branch", "department", "commune"], Query()] = "",
    q: Annotated[
        str,
        Query(max_length=10_000, description="Part of a name, with or without diacritics; former names, too"),
    ] = "",
) -> dict[str, Any]:
    """Units that exist today; `kind=commune` gives the 126 wards and communes."""
    rows = Unit.objects.valid_on(clock.today()).select_related("parent")
    if kind:
        rows = rows.filter(kind=kind)
    words = plain(q.replace("\x00", " ")[:200])
    found = [unit for unit in rows if not words or words in unit.search_text or words in fold(unit.name)]
    if not found:  # a name of before a reorganisation, or a slip
        found = [place.unit for place in find_units(list(rows), q[:200])]
    return {"count": len(found), "results": [_unit(unit) for unit in found]}


def _unit(unit: Unit) -> dict[str, Any]:
    return {
        "code": unit.code,
        "kind": unit.kind,
        "name": unit.full_name,
        "name_en": unit.name_en,
        "is_ward": unit.is_ward,
        "parent": unit.parent.code if unit.parent else None,
        "former_districts": unit.former_districts,
        "latitude": unit.latitude,
        "longitude": unit.longitude,
        "area_km2": unit.area_km2,
        "agency_code": unit.agency_code,
        "agency_code_confirmed": unit.agency_code_confirmed,
    }


def _error(request: HttpRequest, status: int, code: str, vi: str, en: str, **more: Any) -> HttpResponse:
    return api.create_response(request, {"error": {"code": code, "vi": vi, "en": en, **more}}, status=status)


@api.exception_handler(ValidationError)
def _bad_input(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = [{"name": str(fault["loc"][-1]), "message": fault["msg"]} for fault in error.errors]
    names = ", ".join(field["name"] for field in fields)
    return _error(
        request,
        422,
        "bad_input",
        f"Tham số không hợp lệ: {names}.",
        f"Invalid parameters: {names}.",
        fields=fields,
    )


@api.exception_handler(audit.BadQuestionError)
def _bad_question(request: HttpRequest, error: audit.BadQuestionError) -> HttpResponse:
    fields = [{"name": error.name, "message": error.en}]
    return _error(request, 422, "bad_input", error.vi, error.en, fields=fields)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return _error(request, 404, "not_found", "Không tìm thấy.", "Not found.")


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _error(request, error.status_code, "refused", "Yêu cầu không được chấp nhận.", str(error))


def addresses() -> Any:
    """The addresses of everything registered so far: other apps add theirs first.

    Their views are marked like our own for the guard of GET and the authorisation matrix. An answer carries a tag of
    its content; who has it already gets 304.
    """
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        callback = getattr(pattern, "callback", None)
        if callback is not None:
            tagged: Any = conditional_page(callback)
            tagged.access, tagged.is_public = "reads", True
            pattern.callback = tagged
    return patterns, app_name, namespace
