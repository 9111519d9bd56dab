"""Answers of the national services: LayThuTuc/LayDanhSachTTHC (upper-case keys) and the portal's own (2026).

Field names as seen in public code (docs/catalogue.md says which were not verified). An answer may be one procedure,
a list, an envelope of either, or one procedure a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.uploads import BadUpload
from procedures.codes import meant
from procedures.importing.build import names
from procedures.importing.national.kinds import FaultKind, Reason, SourceKind
from procedures.importing.national.records import (
    MOST_RECORDS,
    Line,
    Read,
    acts_of,
    amounts_of,
    applicants_of,
    paper_of,
    result_of,
    take_all,
    time_of,
)

SERVICE, PORTAL, OURS = SourceKind.SERVICE.value, SourceKind.PORTAL.value, SourceKind.OURS.value
_ENVELOPES = ("result", "data", "items", "content", "procedures")
_CHANNELS = {
    "1": "counter", "2": "online", "3": "post", "truc tiep": "counter", "truc tuyen": "online",
    "dich vu buu chinh": "post", "buu chinh": "post", "direct": "counter", "online": "online", "postal": "post",
    "counter": "counter", "post": "post",
}  # fmt: skip


def read(text: str) -> Read:
    """The procedures of a JSON text. Raises BadUpload when there are none."""
    rows = _rows(text)
    if len(rows) > MOST_RECORDS:
        raise BadUpload(_("Tệp có quá nhiều dòng: nhiều nhất %(most)s.") % {"most": MOST_RECORDS})
    kind = next((_kind(row) for row in rows if isinstance(row, dict) and _kind(row)), "")
    if not kind:
        raise BadUpload(_("Tệp JSON này không có thủ tục nào theo dạng đã biết."))
    found = Read(kind)
    return take_all(found, _lines(found, rows))


def _rows(text: str) -> list[Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            raise BadUpload(
                _("Không đọc được JSON: dòng %(line)s, cột %(column)s.")
                % {"line": error.lineno, "column": error.colno}
            ) from error
        value = [_one(line) for line in lines]
        if not any(isinstance(each, dict) for each in value):
            raise BadUpload(
                _("Không đọc được JSON: dòng %(line)s, cột %(column)s.")
                % {"line": error.lineno, "column": error.colno}
            ) from error
    except RecursionError as error:
        raise BadUpload(_("Tệp JSON lồng quá sâu.")) from error
    return _opened(value)


def _one(line: str) -> Any:
    try:
        return json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        return line


def _opened(value: Any) -> list[Any]:
    """The list inside envelopes of either service; lines of our own file begin with a heading that is none."""
    for _level in range(4):
        if isinstance(value, dict) and not _kind(value):
            value = next((value[key] for key in _ENVELOPES if isinstance(value.get(key), dict | list)), [])
    if isinstance(value, dict):
        return [value]
    rows = value if isinstance(value, list) else []
    opened = [
        row["data"] if isinstance(row, dict) and isinstance(row.get("data"), dict) else row for row in rows
    ]
    headed = opened and isinstance(opened[0], dict) and "as_of" in opened[0] and "code" not in opened[0]
    return opened[1:] if headed else opened


def _kind(row: dict[str, Any]) -> str:
    if "MATTHC" in row:
        return SERVICE
    if (
        "executionMethods" in row
        or "executionCases" in row
        or ("name" in row and "code" in row and "title" not in row)
    ):
        return PORTAL
    return OURS if "code" in row and "title" in row else ""


def _lines(found: Read, rows: list[Any]) -> Iterator[tuple[Line, str, str]]:
    for number, row in enumerate(rows, start=1):
        raw = row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)
        line = Line(found, number, raw[:4000])
        kind = _kind(row) if isinstance(row, dict) else ""
        if not kind:
            line.fault(Reason.NO_RECORD, kind=FaultKind.LEFT_OUT)
            continue
        line.code = meant(_text(row, "MATTHC") or _text(row, "code"))
        try:
            yield {SERVICE: _service, PORTAL: _portal, OURS: _ours}[kind](line, row)
        except (AttributeError, TypeError, ValueError, KeyError):
            line.fault(Reason.NO_RECORD, kind=FaultKind.LEFT_OUT)


# --- LayThuTuc ---


def _service(line: Line, row: dict[str, Any]) -> tuple[Line, str, str]:
    fields = _list(row, "LINHVUCTHUCHIEN")
    line.tell("field", names.clean(_text(fields[0], "TENLINHVUC")) if fields else "")
    agencies = _list(row, "COQUANTHUCHIEN")
    line.tell("agency", names.agency(_text(agencies[0], "TENDONVI")) if agencies else "")
    line.tell("for", applicants_of(_words(row.get("DOITUONGTHUCHIEN"))))
    line.tell("decision", names.clean(_text(row, "SOQUYETDINH")))
    line.tell("channels", _service_channels(line, _list(row, "CACHTHUCTHUCHIEN")))
    papers = [
        paper_of(line, _text(paper, "TENGIAYTO"), paper.get("SOBANCHINH"), paper.get("SOBANSAO"))
        for case in _list(row, "THANHPHANHOSO")
        for paper in _list(case, "GIAYTO")
    ]
    line.tell("papers", _once(papers))
    outcomes = _list(row, "KETQUATHUCHIEN")
    line.tell(
        "results",
        _once(result_of(line, _text(each, "TENKETQUA"), _text(each, "MAKETQUA")) for each in outcomes),
    )
    line.tell("basis", acts_of(line, [_text(act, "SOVANBAN") for act in _list(row, "CANCUPHAPLY")]))
    return line, _text(row, "MATTHC"), _text(row, "TENTTHC")


def _service_channels(line: Line, ways: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for way in ways:
        channel = _channel(_text(way, "KENH"))
        if not channel:
            continue
        told = found.setdefault(channel, {})
        for limit in _list(way, "THOIGIAN"):
            time = time_of(line, _text(limit, "THOIGIANGIAIQUYET"), _text(limit, "DONVITINH"))
            if time and "time" not in told:
                told["time"] = time
            for fee in _list(limit, "PHILEPHI"):
                _add(told, amounts_of(line, _text(fee, "SOTIEN")))
    return found


# --- The portal's own service ---


def _portal(line: Line, row: dict[str, Any]) -> tuple[Line, str, str]:
    fields = _list(row, "categoriesDetails")
    line.tell("field", names.clean(_text(fields[0], "name")) if fields else "")
    agencies = _list(row, "departmentsExecuting")
    line.tell("agency", names.agency(_text(agencies[0], "name")) if agencies else "")
    levels = [
        name for name, key in (("commune", "isWard"), ("province", "isProvince")) if row.get(key) is True
    ]
    line.tell("at", levels)
    line.tell("for", applicants_of(_words(row.get("executionObjects") or row.get("objects"))))
    proposal = row.get("procedureProposal")
    line.tell(
        "decision", names.clean(_text(proposal, "proposalNumber")) if isinstance(proposal, dict) else ""
    )
    found: dict[str, Any] = {}
    for way in _list(row, "executionMethods"):
        channel = _channel(_text(way, "submissionMethod"))
        if channel:
            told = found.setdefault(channel, {})
            time = time_of(line, _text(way, "processingTime"), _text(way, "processingTimeUnit"))
            if time and "time" not in told:
                told["time"] = time
            for fee in _list(way, "fees"):
                _add(told, amounts_of(line, _text(fee, "value")))
    line.tell("channels", found)
    papers = [
        paper_of(line, _text(paper, "name"), paper.get("originalQty"), paper.get("copyQty"))
        for case in _list(row, "executionCases")
        for paper in _list(case, "profileComponents")
    ]
    line.tell("papers", _once(papers))
    outcomes = _list(row, "resultsDetails")
    line.tell(
        "results", _once(result_of(line, _text(each, "name"), _text(each, "code")) for each in outcomes)
    )
    acts = [_text(act, "number") or _text(act, "code") for act in _list(row, "legalBasisesDetails")]
    line.tell("basis", acts_of(line, acts))
    return line, _text(row, "code"), _text(row, "name")


# --- Our own export ---


def _ours(line: Line, row: dict[str, Any]) -> tuple[Line, str, str]:
    for key in ("field", "agency", "decision"):
        line.tell(key, names.clean(_text(row, key)))
    line.tell(
        "at", [each for each in row.get("levels", row.get("at", [])) if each in {"commune", "province"}]
    )
    line.tell("for", [each for each in row.get("applicants", []) if each in {"citizen", "organisation"}])
    found: dict[str, Any] = {}
    for limit in _list(row, "time_limits"):
        channel = _channel(_text(limit, "channel"))
        if channel and not _text(limit, "case"):
            told = found.setdefault(channel, {})
            if limit.get("time"):
                unit = "" if limit.get("unit") == "unknown" else _text(limit, "unit")
                told["time"] = [_whole(limit["time"]), unit]
            _add(told, [int(each) for each in limit.get("fee_vnd", []) if each])
    line.tell("channels", found)
    papers = [
        [_text(each, "name"), int(each["originals"]), int(each["copies"])] for each in _list(row, "papers")
    ]
    line.tell("papers", _once(papers))
    line.tell("results", _once([str(each), ""] for each in row.get("results", [])))
    line.tell("basis", [str(each) for each in row.get("legal_basis", [])])
    return line, _text(row, "code"), _text(row, "official_title") or _text(row, "title")


# --- Pieces ---


def _list(row: Any, key: str) -> list[dict[str, Any]]:
    """The objects under a key; one object stands for a list of one."""
    value = row.get(key) if isinstance(row, dict) else None
    if isinstance(value, dict):
        return [value]
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return "" if value is None or isinstance(value, dict | list) else str(value)


def _words(value: Any) -> list[str]:
    if isinstance(value, list):
        return [word for each in value for word in _words(each)]
    if isinstance(value, dict):
        return [word for each in value.values() for word in _words(each)]
    return [str(value)] if value else []


def _channel(text: str) -> str:
    from portal.lib.text import fold

    return _CHANNELS.get(fold(text), "")


def _add(told: dict[str, Any], amounts: list[int]) -> None:
    for amount in amounts:
        if amount not in told.setdefault("fee", []):
            told["fee"].append(amount)
    if not told.get("fee", True):
        del told["fee"]


def _once(rows: Any) -> list[list[Any]]:
    """Each name once, the first with its counts."""
    kept: dict[str, list[Any]] = {}
    for row in rows:
        if row is not None:
            kept.setdefault(row[0].lower(), row)
    return list(kept.values())


def _whole(value: Any) -> int | float:
    number = float(value)
    return int(number) if number == int(number) else number
