# ruff: noqa: ARG001 - ninja hands over request and response by these names
"""The auditors' door of the public API: definitions, values and the rows a value is recomputed from.

No key and no personal data. Cells of fewer than `SMALL` dossiers are suppressed, and the rows of a list carry a
pseudonym instead of the dossier's code, days instead of instants and no procedure: enough to count them again
with a spreadsheet, not enough to find somebody (docs/figures.md).
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from ninja import Query, Schema

from portal.accounts.models import Unit
from portal.lib import clock
from procedures.api import api, open_data
from procedures.audit import BadQuestionError
from reporting import behind
from reporting.access import Scope, existed
from reporting.exports import Echo, safe
from reporting.forms import LONGEST
from reporting.measures import MEASURE_BY_CODE, REPLACED, VERSIONS, Measure, Shape
from reporting.models import Seal
from reporting.periods import ONE_DAY, Period, Preset, next_month
from reporting.rollups import figures
from reporting.suppression import SMALL
from reporting.targets import Targets
from reporting.wording import in_both

UnitCode = Annotated[
    str, Query(max_length=20, description="Code of a unit, with everything under it; empty: the city")
]
FirstDay = Annotated[
    datetime.date | None, Query(alias="from", description="First day; this month when not given")
]
LastDay = Annotated[datetime.date | None, Query(alias="to", description="Last day, included")]
HEADER = [
    "dossier_pseudonym",
    "receiving_unit",
    "deciding_unit",
    "channel",
    "online_level_at_filing",
    "assisted",
    "counted_on",
    "worth",
    "in_numerator",
    "indicator",
    "version",
]


class Words(Schema):
    """A text in both languages."""

    vi: str
    en: str


class Definition(Schema):
    """A definition of the statistics contract."""

    code: str
    version: int
    title: Words
    wording: Words
    numerator: Words
    denominator: Words
    date_basis: Words
    unit_basis: Words
    non_territorial: Words
    channels: Words
    assisted: Words
    level: Words
    excluded: Words
    zero_rule: Words
    unit_of_value: Words
    source: Words
    higher_is_better: bool
    stands_now: bool


class DefinitionList(Schema):
    """All definitions."""

    count: int
    results: list[Definition]


class TargetData(Schema):
    """The target in force on the last day."""

    operator: str
    value: float
    document: str


class Value(Schema):
    """A value. `value` is a share of 1 or days; null with `no_data` when nothing was there to divide by.

    `suppressed`: fewer than five dossiers, so the numbers are withheld. `seals` are the digests of the sealed months
    wholly inside the period. `complete` false: some days are still being counted.
    """

    code: str
    version: int
    unit: str
    unit_name: str
    first: datetime.date | None
    last: datetime.date | None
    as_of: datetime.datetime
    numerator: int | None
    denominator: int | None
    value: float | None
    no_data: bool
    suppressed: bool
    complete: bool
    target: TargetData | None
    seals: dict[str, str]
    list_url: str


class SealData(Schema):
    """A sealed month; `digest` covers counts, events and ledger of each day and the seal before."""

    month: str
    digest: str
    previous: str
    contract: str
    sealed_at: datetime.datetime


class SealList(Schema):
    """All sealed months."""

    count: int
    results: list[SealData]


def _definition(measure: Measure) -> dict[str, Any]:
    texts = {
        "title": measure.title,
        "wording": measure.wording,
        "numerator": measure.numerator.title,
        "denominator": measure.denominator.title,
        "date_basis": measure.basis.label,
        "unit_basis": measure.basis.unit_label,
        "non_territorial": measure.basis.territory,
        "channels": measure.channels,
        "assisted": measure.assisted,
        "level": measure.level,
        "excluded": measure.excluded,
        "zero_rule": measure.zero_rule,
        "unit_of_value": measure.shape.label,
        "source": measure.source,
    }
    return {name: in_both(text) for name, text in texts.items()} | {
        "code": measure.code,
        "version": measure.version,
        "higher_is_better": measure.higher_is_better,
        "stands_now": measure.basis.is_stock,
    }


@dataclass(frozen=True)
class _Asked:
    measure: Measure
    unit: Unit
    keys: frozenset[int]
    period: Period


def _measure(code: str, version: int | None) -> Measure:
    found = MEASURE_BY_CODE.get(code) if version is None else VERSIONS.get((code, version))
    if found is None:
        raise Http404
    return found


def _period(first: datetime.date | None, last: datetime.date | None) -> Period:
    if first is None and last is None:
        return Period.named(Preset.MONTH, clock.today())
    if first is None or last is None:
        missing = "from" if first is None else "to"
        raise BadQuestionError(missing, "Hãy cho cả hai ngày from và to.", "Give both days, from and to.")
    if first > last:
        raise BadQuestionError(
            "to", "Ngày cuối phải từ ngày đầu trở đi.", "The last day is before the first."
        )
    if (last - first).days >= LONGEST:
        raise BadQuestionError(
            "to", "Khoảng thời gian không quá ba năm.", "The period may not exceed three years."
        )
    return Period(first, last)


Version = Annotated[
    int | None, Query(description="Version of the definition; the one in force when not given")
]


def _asked(
    code: str, unit: str, first: datetime.date | None, last: datetime.date | None, version: int | None
) -> _Asked:
    measure, period = _measure(code, version), _period(first, last)
    scope = Scope(tuple(Unit.objects.order_by("sort_key", "pk")))
    one = scope.by_code.get(unit) if unit else scope.root
    if one is None:
        raise BadQuestionError("unit", "Không có đơn vị mang mã này.", "No unit has this code.")
    if not existed(one, period):
        raise BadQuestionError(
            "unit",
            "Đơn vị này không tồn tại trong khoảng thời gian đã chọn.",
            "This unit did not exist in the period.",
        )
    return _Asked(measure, one, scope.below(one), period)


def _is_small(numerator: int, denominator: int, measure: Measure, dossiers: int) -> bool:
    """Whether a half, or what is left between the halves, counts a few dossiers but not none."""
    parts = [dossiers]
    if measure.shape is Shape.SHARE and measure.denominator.total is None:
        parts += [numerator, denominator - numerator]
    return any(0 < part < SMALL for part in parts)


@api.get(
    "/indicators", response=DefinitionList, summary="Định nghĩa chỉ tiêu / Definitions of the indicators"
)
@open_data
def indicators(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    """Every indicator with its version, in both languages: halves, bases, rules, source; replaced versions last."""
    found = [_definition(measure) for measure in (*MEASURE_BY_CODE.values(), *REPLACED)]
    return {"count": len(found), "results": found}


@api.get("/indicators/{code}", response=Value, summary="Giá trị chỉ tiêu / Value of an indicator")
@open_data
def indicator(
    request: HttpRequest,
    response: HttpResponse,
    code: str,
    unit: UnitCode = "",
    first: FirstDay = None,
    last: LastDay = None,
    version: Version = None,
) -> dict[str, Any]:
    """Numerator, denominator and value for a unit and a period, with the version of the definition."""
    asked = _asked(code, unit, first, last, version)
    measure = asked.measure
    found = figures(asked.period, asked.keys)
    counts = found.of(asked.keys)
    above, below = counts.get(measure.numerator.code, 0), counts.get(measure.denominator.code, 0)
    # A sum of money says nothing about how many dossiers are behind it: those are counted.
    dossiers = below if measure.denominator.total is None else _rows(asked, "denominator").rows().count()
    hidden = _is_small(above, below, measure, dossiers)
    target = Targets.on(asked.period.last).of(measure.code, asked.unit.pk, asked.unit.kind)
    stock = measure.basis.is_stock
    query = f"unit={asked.unit.code}&from={asked.period.first}&to={asked.period.last}&part=denominator"
    query += f"&version={measure.version}"
    return {
        "code": measure.code,
        "version": measure.version,
        "unit": asked.unit.code,
        "unit_name": asked.unit.full_name,
        "first": None if stock else asked.period.first,
        "last": None if stock else asked.period.last,
        "as_of": found.at,
        "numerator": None if hidden else above,
        "denominator": None if hidden else below,
        "value": None if hidden else measure.value(counts),
        "no_data": not below,
        "suppressed": hidden,
        "complete": not (found.behind or found.rebuilding),
        "target": target
        and {"operator": target.operator, "value": float(target.value), "document": target.document},
        "seals": _seals(asked.period),
        "list_url": f"/api/v1/indicators/{measure.code}/rows?{query}",
    }


def _seals(period: Period) -> dict[str, str]:
    rows = Seal.objects.filter(month__range=(period.first, period.last)).order_by("month")
    return {
        f"{seal.month:%Y-%m}": seal.digest for seal in rows if next_month(seal.month) - ONE_DAY <= period.last
    }


@api.get("/indicators/{code}/rows", summary="Các dòng được đếm, CSV / The rows counted, as CSV")
@open_data
def rows(
    request: HttpRequest,
    response: HttpResponse,
    code: str,
    unit: UnitCode = "",
    first: FirstDay = None,
    last: LastDay = None,
    part: Annotated[Literal["numerator", "denominator"], Query()] = "denominator",
    version: Version = None,
) -> StreamingHttpResponse:
    """One line a row, without personal data: the sum of `worth` is the half asked for, `in_numerator` marks the hits.

    Refused (422) where a cell is suppressed.
    """
    asked = _asked(code, unit, first, last, version)
    listed = _rows(asked, part)
    below = _rows(asked, "denominator").rows().count()
    above = _rows(asked, "numerator").rows().count()
    if _is_small(above, below, asked.measure, below):
        raise BadQuestionError(
            "unit",
            "Ít hồ sơ quá nên danh sách không công khai; hãy chọn đơn vị lớn hơn hoặc khoảng dài hơn.",
            "Too few dossiers to publish the list; choose a larger unit or a longer period.",
        )
    name = f"{listed.name}-{asked.unit.code}-{asked.period.first}-{asked.period.last}.csv"
    answer = StreamingHttpResponse(_stream(listed), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    for header in ("Cache-Control", "Access-Control-Allow-Origin", "Cross-Origin-Resource-Policy"):
        answer[header] = response[header]
    return answer


def _rows(asked: _Asked, part: str) -> behind.Request:
    return behind.Request(asked.measure, part, asked.period, asked.keys)


def _pseudonym(code: str) -> str:
    """The same for the same dossier, not to be turned back without the portal's secret."""
    return hmac.new(settings.SECRET_KEY.encode(), f"indicator:{code}".encode(), hashlib.sha256).hexdigest()[
        :16
    ]


def _stream(listed: behind.Request) -> Iterator[str]:
    units = dict(Unit.objects.order_by("pk").values_list("pk", "code"))
    writer, measure = csv.writer(Echo()), listed.measure
    yield writer.writerow(HEADER)
    for row in listed.lines().iterator(chunk_size=2000):
        cells = [
            _pseudonym(row["c_code"]),
            units.get(row["c_receiving"], ""),
            units.get(row["c_competent"], ""),
            row["c_channel"],
            row["c_level"],
            int(row["c_assisted"]),
            timezone.localtime(row["c_moment"]).date().isoformat(),
            int(row["c_worth"] or 0),
            int(bool(row["c_hit"])),
            measure.code if measure else "",
            measure.version if measure else "",
        ]
        yield writer.writerow([safe(cell) for cell in cells])


@api.get("/seals", response=SealList, summary="Các tháng đã chốt số / Sealed months")
@open_data
def seals(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    """The digests of the sealed months: whoever noted one can tell whether that month was edited."""
    found = [
        {
            "month": f"{seal.month:%Y-%m}",
            "digest": seal.digest,
            "previous": seal.previous,
            "contract": seal.contract,
            "sealed_at": seal.sealed_at,
        }
        for seal in Seal.objects.order_by("month")
    ]
    return {"count": len(found), "results": found}
