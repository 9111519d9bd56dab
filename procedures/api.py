# ruff: noqa: ARG001 - ninja hands over request and response by these names
"""The public read-only API, described by OpenAPI at /api/v1/openapi.json.

Open data: no key, cacheable, callable from other sites. Errors are JSON in both languages:
{"error": {"code", "vi", "en", "fields": [{"name", "message"}]}}.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Query, Schema
from ninja.errors import HttpError, ValidationError

from portal.accounts.former import plain
from portal.accounts.models import Unit
from portal.lib import clock
from portal.lib.text import fold
from procedures import audit
from procedures.models import Procedure
from procedures.querysets import Entry, Wanted, catalogue, version_with_parts

MAX_LIMIT = 100
CACHE_SECONDS = 300

api = NinjaAPI(
    title="Cổng Dịch vụ công Hà Nội – dữ liệu mở",
    version="1.0",
    description="Danh mục thủ tục hành chính và đơn vị. Catalogue of administrative procedures and units; read-only.",
    docs_url=None,  # the documentation page needs scripts of a third party; the description itself is enough
    urls_namespace="api",
)


class ProcedureRow(Schema):
    """A procedure in a list."""

    code: str
    title: str
    official_title: str
    field: str
    levels: list[str]
    agency: str
    vertical_system: str
    channels: list[str]
    applicants: list[str]
    configured: bool
    files_online: bool
    missing: list[str]
    url: str


class ProcedureList(Schema):
    """A page of procedures; `count` is the number of all that fit."""

    count: int
    results: list[ProcedureRow]


class ChannelData(Schema):
    """Time and fee of a channel. `time` null: not known. `fee_vnd` empty: to confirm; [0]: free."""

    channel: str
    case: str
    time: float | None
    unit: str
    confirmed: bool
    fee_vnd: list[int]


class PaperData(Schema):
    """A paper to hand in."""

    name: str
    case: str
    originals: int
    copies: int
    required: bool


class ProcedureData(ProcedureRow):
    """Everything known of a procedure."""

    online_level: str
    time_limits: list[ChannelData]
    papers: list[PaperData]
    results: list[str]
    legal_basis: list[str]
    decision: str
    version: int | None
    valid_from: str | None
    as_of: str
    source: str


class FeeRuleData(Schema):
    """The rule behind a line; `source` is the act that sets it, `cap` the most in VND per copy."""

    authority: str
    channel: str
    tiers: list[dict[str, int | None]]
    cap: int | None
    subsidy_percent: int
    exemptions: list[str]
    valid_from: str
    valid_to: str | None
    source: str


class FeeLineData(Schema):
    """A line of the calculation, whole VND: payable = gross - exempted - subsidised. `kind`: phi or le_phi."""

    code: str
    name: str
    kind: str
    quantity: int
    gross: int
    exempted: int
    subsidised: int
    payable: int
    confirmed: bool
    explanation: str
    rule: FeeRuleData


class FeeData(Schema):
    """What filing costs. `fee_known` false: nobody confirmed the fee of this channel, the sums say nothing."""

    code: str
    version: int
    channel: str
    case: str
    date: str
    fee_known: bool
    lines: list[FeeLineData]
    gross: int
    exempted: int
    subsidised: int
    payable: int


class UnitRow(Schema):
    """A unit. `agency_code_confirmed` false: the code is a sample, not an official one."""

    code: str
    kind: str
    name: str
    name_en: str
    is_ward: bool
    parent: str | None
    former_districts: list[str]
    latitude: float | None
    longitude: float | None
    area_km2: float | None
    agency_code: str
    agency_code_confirmed: bool


class UnitList(Schema):
    """All units that fit."""

    count: int
    results: list[UnitRow]


def _row(entry: Entry) -> dict[str, Any]:
    levels = [name for name, told in (("commune", entry.at_commune), ("province", entry.at_province)) if told]
    people = (("citizen", entry.for_citizens), ("organisation", entry.for_organisations))
    return {
        "code": entry.code,
        "title": entry.title,
        "official_title": entry.official_title,
        "field": entry.field_name,
        "levels": levels,
        "agency": entry.agency,
        "vertical_system": entry.vertical_system,
        "channels": sorted(entry.channels),
        "applicants": [name for name, told in people if told],
        "configured": entry.configured,
        "files_online": entry.files_online,
        "missing": list(entry.missing),
        "url": f"/thu-tuc/{entry.code}/",
    }


def _open(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark an operation's answers as public: cacheable and readable by other sites."""

    @wraps(view)
    def wrapped(request: HttpRequest, response: HttpResponse, **kwargs: Any) -> Any:
        response["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
        response["Access-Control-Allow-Origin"] = "*"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return view(request, response, **kwargs)

    return wrapped


open_data = _open


@api.get("/procedures", response=ProcedureList, summary="Tìm thủ tục / Search procedures")
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
        return {"count": 0, "results": []}
    query = " ".join(q.replace("\x00", " ").split())
    found = known.find(Wanted(query=query, field=code))
    return {"count": len(found), "results": [_row(entry) for entry in found[offset : offset + limit]]}


@api.get("/procedures/{code}", response=ProcedureData, summary="Một thủ tục / One procedure")
@_open
def procedure(request: HttpRequest, response: HttpResponse, code: str) -> dict[str, Any]:
    """Everything known of the procedure `code`, from the version in force today."""
    entry = catalogue().by_code.get(code)
    if entry is None:
        raise Http404
    row = Procedure.objects.get(pk=entry.pk)
    version = version_with_parts(row, clock.today())
    limits = version.timelimits.all() if version else []
    papers = version.requireddocuments.all() if version else []
    cases = {case.pk: case.code for case in version.cases.all()} if version else {}
    return _row(entry) | {
        "online_level": entry.online_level,
        "time_limits": [
            {
                "channel": limit.channel,
                "case": cases.get(limit.case_id or 0, ""),
                "time": None if limit.value is None else float(limit.value),
                "unit": limit.unit,
                "confirmed": limit.confirmed,
                "fee_vnd": limit.fee_shown,
            }
            for limit in limits
        ],
        "papers": [
            {
                "name": paper.name,
                "case": cases.get(paper.case_id or 0, ""),
                "originals": paper.originals,
                "copies": paper.copies,
                "required": paper.required,
            }
            for paper in papers
        ],
        "results": [result.name for result in version.resultkinds.all()] if version else [],
        "legal_basis": version.legal_basis if version else [],
        "decision": version.decision if version else "",
        "version": version.number if version else None,
        "valid_from": version.valid_from.isoformat() if version else None,
        "as_of": entry.as_of,
        "source": entry.source,
    }


@api.get(
    "/procedures/{code}/fee", response=FeeData, summary="Kiểm tra cách tính phí / Check the fee calculator"
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


@api.get("/units", response=UnitList, summary="Đơn vị / Units")
@_open
def units(
    request: HttpRequest,
    response: HttpResponse,
    kind: Annotated[Literal["", "city", "centre", "branch", "department", "commune"], Query()] = "",
    q: Annotated[
        str, Query(max_length=10_000, description="Part of a name, with or without diacritics")
    ] = "",
) -> dict[str, Any]:
    """Units that exist today; `kind=commune` gives the 126 wards and communes."""
    rows = Unit.objects.valid_on(clock.today()).select_related("parent")
    if kind:
        rows = rows.filter(kind=kind)
    words = plain(q.replace("\x00", " ")[:200])
    found = [unit for unit in rows if not words or words in unit.search_text or words in fold(unit.name)]
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

    Their views are marked like our own for the guard of GET and the authorisation matrix.
    """
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        callback = getattr(pattern, "callback", None)
        if callback is not None:
            callback.access, callback.is_public = "reads", True
    return patterns, app_name, namespace
